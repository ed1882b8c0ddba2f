import { parseAllDocuments } from 'yaml';
import { codeBlocks, commandsIn, wordsOf } from './code-blocks.js';
import { pages, textOf } from './pages.ts';

/** A command of a page: the words after `relay`, and whether a person or another machine is told to run it. */
export interface PageCommand {
  page: string;
  /** The block it stands in, by its number in the page. */
  block: number;
  words: string[];
  where: 'shell' | 'yaml' | 'prose';
}

/** The words after `relay`, of each simple command in a shell text that runs it. */
export function relayIn(shell: string): string[][] {
  return commandsIn(shell.replaceAll(/\$\{\{\s*(.*?)\s*\}\}/g, '{{$1}}'))
    .map(wordsOf)
    .map((words) => words.slice(words.findIndex((word) => !/^(?:exec|npx|\w+=.*)$/.test(word))))
    .filter(([name = '']) => /(?:^|\/)relay$/.test(name))
    .map((words) => words.slice(1));
}

/** The same, of all that a YAML value tells a container, a step or a job to run. */
export function relayOf(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(relayOf);
  const { command, args } = value as Record<string, unknown>;
  const words = [command ?? [], args ?? []].flat().map(String);
  const own = /(?:^|\/)relay$/.test(words[0] ?? '')
    ? [words.slice(1)]
    : words[0] === 'sh'
      ? relayIn(words.at(-1) ?? '')
      : [];
  return [
    ...own,
    ...Object.entries(value).flatMap(([name, inner]) =>
      name === 'run' || name.endsWith('script')
        ? [inner].flat().flatMap((text) => relayIn(String(text)))
        : relayOf(inner),
    ),
  ];
}

/** Every command of a page, in the order in which it tells them. */
function commandsOf(page: string): PageCommand[] {
  const text = textOf(page);
  const prose = text.replaceAll(/^```[^]*?^```$/gm, '');
  const told = (where: PageCommand['where'], blocks: string[][][]) =>
    blocks.flatMap((found, block) => found.map((words) => ({ page, block, words, where })));
  const inYaml = (block: string) =>
    parseAllDocuments(block, { version: '1.1' }).flatMap((document) => relayOf(document.toJS()));
  return [
    ...told(
      'shell',
      codeBlocks(text, 'sh').map((block) => relayIn(block.text)),
    ),
    ...told(
      'yaml',
      codeBlocks(text, 'yaml').map((block) => inYaml(block.text)),
    ),
    ...told('prose', [[...prose.matchAll(/`((?:npx )?relay [^`]+)`/g)].flatMap(([, each = '']) => relayIn(each))]),
  ];
}

/** Every command of every page. */
export const pageCommands: readonly PageCommand[] = pages.flatMap(commandsOf);
