import { isMap, parse, parseDocument, YAMLParseError } from 'yaml';
import { z } from 'zod';
import { isJsonObject } from '../../json-object.ts';
import { emptyConfig, keyListNames, keyLists, type Config } from './config.ts';
import { provider } from './entries.ts';
import { normalProviders } from './normalize.ts';

/** The file cannot be read as a configuration; in the words of the host. */
export class FileProblem extends Error {}

const port = z.int().nullish();
const texts = z.array(z.string()).nullish();

/** The words of Go's YAML library for a text that is none. */
function problemOf(error: unknown): FileProblem {
  const line = error instanceof YAMLParseError ? (error.linePos?.[0].line ?? 1) : 1;
  return new FileProblem(`yaml: line ${line}: did not find expected node content`);
}

function listOf<Entry>(entry: z.ZodType<Entry>, file: Record<string, unknown>, name: string): Entry[] {
  const read = z.array(entry).nullish().safeParse(file[name]);
  if (!read.success) throw new FileProblem(`yaml: unmarshal errors:\n  line 1: cannot unmarshal ${name}`);
  return read.data ?? [];
}

/** What a file says, as the host takes it. Throws `FileProblem`. */
export function readConfig(text: string): Config {
  let file: unknown;
  try {
    file = parse(text) ?? {};
  } catch (error) {
    throw problemOf(error);
  }
  if (!isJsonObject(file))
    throw new FileProblem('yaml: unmarshal errors:\n  line 1: cannot unmarshal into config.Config');
  if (!port.safeParse(file['port']).success)
    throw new FileProblem('yaml: unmarshal errors:\n  line 1: cannot unmarshal into int');
  const clientKeys = texts.safeParse(file['api-keys']);
  if (!clientKeys.success) throw new FileProblem('yaml: unmarshal errors:\n  line 1: cannot unmarshal into []string');
  const config = emptyConfig(clientKeys.data ?? []);
  config['openai-compatibility'] = normalProviders(listOf(provider, file, 'openai-compatibility'));
  for (const name of keyListNames) config[name] = keyLists[name].normalize(listOf(keyLists[name].entry, file, name));
  return config;
}

/** The file's text with that configuration written into it: comments, order and what the host does not know stay. Throws `FileProblem`. */
export function writeConfig(text: string, config: Config): string {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) throw problemOf(error);
  if (!isMap(document.contents)) document.contents = document.createNode({}) as unknown as typeof document.contents;
  for (const [name, list] of Object.entries(config) as [string, unknown[]][]) {
    // As the host has it, an empty list is named only where it was named before.
    if (list.length > 0 || document.has(name)) document.set(name, document.createNode(withoutUnset(list)));
  }
  return document.toString({ lineWidth: 0 });
}

/** A list as it is written: what is not set, and what says no more than that, is left out. */
function withoutUnset(list: unknown): unknown {
  const written = JSON.stringify(list, (name, value: unknown) => {
    if (name === 'models' && value === null) return [];
    return (name === 'request-retry' && value === 0) || (name === 'disable-cooling' && value === false)
      ? undefined
      : value;
  });
  return JSON.parse(written) as unknown;
}
