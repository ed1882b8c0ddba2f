import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { parse } from '../support/command-line.ts';
import { codeBlocks, commandsIn, wordsOf } from './code-blocks.js';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const yamlBlocks = codeBlocks(readme, 'yaml');

/** Every shell text, and every list of words of a container, in what a YAML block holds. */
function commandsOf(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(commandsOf);
  const { command, args } = value as Record<string, unknown>;
  const container = Array.isArray(command) ? [[...command, ...(Array.isArray(args) ? args : [])].map(String)] : [];
  return [
    ...container,
    ...Object.entries(value).flatMap(([name, inner]) =>
      ['run', 'script', 'before_script', 'after_script'].includes(name)
        ? [inner].flat().flatMap((text) => commandsIn(String(text)).map(wordsOf))
        : commandsOf(inner),
    ),
  ];
}

/** The words after `relay`, of the commands that run it. */
function relayWords(commands: string[][]): string[][] {
  return commands
    .map((words) => (words[0] === 'npx' ? words.slice(1) : words))
    .filter(([name]) => name !== undefined && /(?:^|\/)relay$/.test(name))
    .map((words) => words.slice(1));
}

describe('the YAML in README.md', () => {
  it.each(yamlBlocks)('is well formed ($section)', ({ text }) => {
    const { errors, warnings } = parseDocument(text, { strict: true });
    expect([...errors, ...warnings]).toEqual([]);
  });

  it('runs relay on three services', () => {
    const inCi = yamlBlocks.filter(({ section }) => section === 'In CI');
    const commands = inCi.map(({ text }) => relayWords(commandsOf(parseDocument(text).toJS())).map(([name]) => name));
    expect(commands).toEqual([['import', 'runs', 'resume'], ['import', 'runs', 'resume'], ['import']]);
  });
});

describe('a relay command in README.md is one that relay takes', () => {
  const inShell = codeBlocks(readme, 'sh').flatMap(({ text }) => commandsIn(text).map(wordsOf));
  const inYaml = yamlBlocks.flatMap(({ text }) => commandsOf(parseDocument(text).toJS()));

  it.each(relayWords([...inShell, ...inYaml]).map((words) => [words.join(' '), words] as const))(
    'relay %s',
    async (_line, words) => {
      await expect(parse(words)).resolves.toMatchObject({ command: expect.any(String) as unknown });
    },
  );

  it.each([
    ['import --pack kimi --keys keys.txt --modus partial'],
    ['import --pack kimi --keys keys.txt --mode partly'],
    ['import --pack kimi --keys keys.txt --deadline soon'],
    ['improt'],
  ])('relay %s would be found', async (line) => {
    await expect(parse(line.split(' '))).rejects.toThrow();
  });
});

describe('reading shell', () => {
  it('finds the commands in what surrounds them', () => {
    const shell = [
      'export A=b # relay no',
      'if true; then relay one "a; b" --x=1 > out.txt; fi # relay no',
      "for run in $(relay two | jq -r '.a | .b'); do",
      '  printf "%s" "$K" | relay three \\',
      '    --last || code=$?',
      'done',
    ].join('\n');
    const words = commandsIn(shell).map(wordsOf);
    expect(words.filter(([first]) => first === 'relay' || first === 'then')).toEqual([
      ['then', 'relay', 'one', 'a; b', '--x=1'],
      ['relay', 'two'],
      ['relay', 'three', '--last'],
    ]);
  });
});
