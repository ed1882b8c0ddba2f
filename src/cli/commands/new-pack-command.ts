import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { findingText } from '../../pack/finding.ts';
import { idPattern, type Provider } from '../../pack/manifest.ts';
import { guessPlatform, newPackText } from '../../pack/new-pack.ts';
import { inspectBytes } from '../../pack/read-pack.ts';
import { RelayError } from '../../terms/relay-error.ts';
import { shellWord } from '../../terms/shell-word.ts';
import { print, type Io } from '../io.ts';
import { answerTo, canAsk } from '../prompt.ts';
import { packJsonSchema } from './packs-command.ts';

export interface NewPackFlags {
  baseUrl?: string;
  platform?: Provider['platform'];
  model?: string[];
  displayName?: string;
  to?: string;
  quiet?: boolean;
  input: boolean;
}

/** `relay packs new`: writes a commented manifest that `validate` finds right, and its schema for editors. */
export async function newPackCommand(id: string, flags: NewPackFlags, io: Io): Promise<number> {
  if (!idPattern.test(id))
    throw new RelayError(
      'USAGE',
      'The id of a pack is 1 to 64 of a-z, 0-9, ".", "_" and "-", and begins with a letter or digit.',
      {
        hint: 'Write: relay packs new my-vendor',
      },
    );
  const folder = join(resolve(io.cwd, flags.to ?? '.'), id);
  const start = await readStart(id, flags, io);
  const text = newPackText({ ...start, id, today: new Date().toISOString().slice(0, 10) });
  const { findings } = await inspectBytes('pack.yaml', Buffer.from(text), 'path', id);
  if (findings.some(({ severity }) => severity === 'error'))
    throw new RelayError('MANIFEST_INVALID', 'This would make no valid pack.', {
      details: findings.map(findingText),
      hint: 'Correct the answers or options.',
    });
  await writeNew(folder, { 'pack.yaml': text, 'pack.schema.json': `${JSON.stringify(packJsonSchema(), null, 2)}\n` });
  const place = shellWord(`./${relative(io.cwd, folder)}`);
  print(io.stdout, join(folder, 'pack.yaml'));
  if (flags.quiet === true) return 0;
  for (const line of [
    'Fill in the prices, and what the comments ask for. Then:',
    `  relay validate --strict ${place}`,
    `  relay import --pack ${place} --keys keys.txt --host sandbox`,
  ])
    print(io.stderr, line);
  return 0;
}

async function readStart(id: string, flags: NewPackFlags, io: Io) {
  // Who gives what is needed is not asked for the rest.
  const may = canAsk(io, flags) && (flags.baseUrl === undefined || flags.model === undefined);
  const { signal } = new AbortController();
  const ask = async (question: string, standard?: string): Promise<string> => {
    const answer = may
      ? await answerTo(`${question}${standard === undefined ? '' : ` [${standard}]`}: `, io, signal)
      : '';
    if (answer === undefined)
      throw new RelayError('CONSENT_NEEDED', 'There was no answer.', { hint: 'Answer, or give options.' });
    const given = answer.trim() === '' ? standard : answer.trim();
    if (given !== undefined) return given;
    if (may) return ask(question, standard);
    throw new RelayError('USAGE', 'There is nobody to ask, and not all that a pack needs was given.', {
      hint: 'Add --base-url URL and --model MODEL, and perhaps --platform and --display-name.',
    });
  };
  const displayName = flags.displayName ?? (await ask('Name of the vendor', id));
  const baseUrl = flags.baseUrl ?? (await ask('Base URL'));
  const guess = guessPlatform(baseUrl);
  const platform =
    flags.platform ?? ((await ask('Protocol: openai, anthropic or gemini', guess)) as Provider['platform']);
  const models =
    flags.model ?? (await ask('Models, a cheap one first, with blanks between')).split(/[\s,]+/).filter(Boolean);
  return { displayName, baseUrl, platform, models };
}

/** Writes into a folder that is yet to be made: what is there is somebody's work. */
async function writeNew(folder: string, files: Record<string, string>): Promise<void> {
  try {
    await mkdir(resolve(folder, '..'), { recursive: true });
    await mkdir(folder);
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text, { flag: 'wx' });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why = code === 'EEXIST' ? 'is there already' : `cannot be made (${code ?? 'unknown'})`;
    throw new RelayError('FILE_UNWRITABLE', `The folder ${folder} ${why}.`, {
      cause,
      hint: 'Choose another id, or another place with --to FOLDER.',
    });
  }
}
