import { relative } from 'node:path';
import { shellWord } from '../../../core/shell-word.ts';
import { print, type Io } from '../../io.ts';
import { askPack, type PackFlags } from './ask-pack.ts';
import { newFolder, writePack } from './write-pack.ts';

/** `relay packs new`: writes a commented manifest that `validate` finds right, and its schema for editors. */
export async function newPackCommand(id: string, flags: PackFlags, io: Io): Promise<number> {
  const folder = await newFolder(id, flags.to, io);
  await writePack(await askPack(id, flags, io), folder, io);
  if (flags.quiet === true) return 0;
  const place = shellWord(`./${relative(io.cwd, folder)}`);
  for (const line of [
    'Fill in the prices, and what the comments ask for. Then:',
    `  relay validate --strict ${place}`,
    `  relay import --pack ${place} --keys keys.txt --host sandbox`,
  ])
    print(io.stderr, line);
  return 0;
}
