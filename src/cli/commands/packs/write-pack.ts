import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { RelayError } from '../../../core/relay-error.ts';
import { findingText } from '../../../pack/finding.ts';
import { idPattern } from '../../../pack/id-pattern.ts';
import { newPackText, type PackStart } from '../../../pack/new-pack.ts';
import { print, type Io } from '../../io.ts';
import { faultsOf } from './ask-pack.ts';
import { packJsonSchema } from './pack-schema-command.ts';

/**
 * The folder of a pack that is yet to be made. Throws `USAGE` for what can be no id, and `FILE_UNWRITABLE` where something is
 * there: it is somebody's work.
 */
export async function newFolder(id: string, to: string | undefined, io: Io): Promise<string> {
  if (!idPattern.test(id))
    throw new RelayError(
      'USAGE',
      'The id of a pack is 1 to 64 of a-z, 0-9, ".", "_" and "-", and begins with a letter or digit.',
      { hint: 'Give one such as my-vendor.' },
    );
  const folder = join(resolve(io.cwd, to ?? '.'), id);
  if ((await stat(folder).catch(() => undefined)) !== undefined) throw unwritable(folder, 'is there already');
  return folder;
}

/**
 * Writes the manifest of a new pack, and its schema for editors, into a folder that it makes; prints where. Throws
 * `MANIFEST_INVALID` for what `validate` would refuse, and `FILE_UNWRITABLE`.
 */
export async function writePack(start: Omit<PackStart, 'today'>, folder: string, io: Io): Promise<void> {
  const findings = await faultsOf(start);
  if (findings.length > 0)
    throw new RelayError('MANIFEST_INVALID', 'This would make no valid pack.', {
      details: findings.map(findingText),
      hint: 'Correct the answers or options.',
    });
  const files = {
    'pack.yaml': newPackText({ ...start, today: new Date().toISOString().slice(0, 10) }),
    'pack.schema.json': `${JSON.stringify(packJsonSchema(), null, 2)}\n`,
  };
  try {
    await mkdir(resolve(folder, '..'), { recursive: true });
    await mkdir(folder);
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text, { flag: 'wx' });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw unwritable(folder, code === 'EEXIST' ? 'is there already' : `cannot be made (${code ?? 'unknown'})`, cause);
  }
  print(io.stdout, join(folder, 'pack.yaml'));
}

function unwritable(folder: string, why: string, cause?: unknown): RelayError {
  return new RelayError('FILE_UNWRITABLE', `The folder ${folder} ${why}.`, {
    cause,
    hint: 'Choose another id, or another place with --to FOLDER.',
  });
}
