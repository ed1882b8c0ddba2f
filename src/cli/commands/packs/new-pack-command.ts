import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { findingText } from '../../../pack/finding.ts';
import { idPattern } from '../../../pack/id-pattern.ts';
import { newPackText } from '../../../pack/new-pack.ts';
import { RelayError } from '../../../core/relay-error.ts';
import { shellWord } from '../../../core/shell-word.ts';
import { askPack, faultsOf, type PackFlags } from './ask-pack.ts';
import { print, type Io } from '../../io.ts';
import { packJsonSchema } from './pack-schema-command.ts';

/** `relay packs new`: writes a commented manifest that `validate` finds right, and its schema for editors. */
export async function newPackCommand(id: string, flags: PackFlags, io: Io): Promise<number> {
  if (!idPattern.test(id))
    throw new RelayError(
      'USAGE',
      'The id of a pack is 1 to 64 of a-z, 0-9, ".", "_" and "-", and begins with a letter or digit.',
      {
        hint: 'Write: relay packs new my-vendor',
      },
    );
  const folder = join(resolve(io.cwd, flags.to ?? '.'), id);
  const start = await askPack(id, flags, io);
  const text = newPackText({ ...start, today: new Date().toISOString().slice(0, 10) });
  const findings = await faultsOf(start);
  if (findings.length > 0)
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
