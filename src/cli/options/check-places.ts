import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import type { ExtraReportFlags } from '../../config/options/option-flags.ts';
import { RelayError } from '../../core/relay-error.ts';
import { extraPlaces } from '../output/extra-reports.ts';
import type { InputFile } from './input-files.ts';
import type { Io } from '../io.ts';
import { isSpecial, openSpecial } from './special-file.ts';
import { hintFor, unwritable } from '../output/write-report.ts';

/**
 * Finds out before the run whether the reports that are asked for can be written, and that none takes the place of another
 * or of a file that the command reads. `place` is where the JSON report goes. Throws `USAGE` and `FILE_UNWRITABLE`.
 */
export async function checkPlaces(
  flags: ExtraReportFlags,
  place: string | null,
  inputs: readonly InputFile[],
  io: Io,
  planPlace?: string,
): Promise<void> {
  const reports = [
    ...(planPlace === undefined ? [] : [{ option: '--out', file: planPlace }]),
    ...(place === null || place === '-' ? [] : [{ option: '--report', file: place }]),
    ...extraPlaces(flags),
  ];
  const taken = new Map<string, string>();
  const read = await Promise.all(inputs.map(async (each) => ({ ...each, is: await identityOf(each.file) })));
  for (const { option, file } of reports) {
    const path = resolve(io.cwd, file);
    const is = await identityOf(path);
    const other = taken.get(is.id);
    if (other !== undefined)
      throw new RelayError('USAGE', `${other} and ${option} name the same file.`, { hint: 'Give each its own file.' });
    taken.set(is.id, option);
    const input = read.find((each) => each.is.id === is.id || is.path.startsWith(each.is.path + sep));
    if (input !== undefined)
      throw new RelayError('USAGE', `${option} would overwrite what ${input.named} names: ${input.file}.`, {
        hint: `Give ${option} a file of its own.`,
      });
    await checkPlace(path, option);
  }
}

/** What tells a file from every other, under whatever name and through whatever link. */
async function identityOf(file: string): Promise<{ id: string; path: string }> {
  const folder = await realpath(dirname(file)).catch(() => dirname(file));
  const path = await realpath(file).catch(() => join(folder, basename(file)));
  const there = await stat(file).catch(() => undefined);
  return { path, id: there === undefined ? path : `${there.dev}:${there.ino}` };
}

async function checkPlace(file: string, option: string): Promise<void> {
  const existing = await stat(file).catch(() => undefined);
  if (existing?.isDirectory() === true)
    throw new RelayError(
      'FILE_UNWRITABLE',
      `The report cannot be written to ${file}: it is a folder.`,
      hintFor(option),
    );
  try {
    if (await isSpecial(file)) await openSpecial(file);
    // The folder of what a link points to is the one that is written to.
    else await access(dirname(existing === undefined ? file : await realpath(file)), constants.W_OK);
  } catch (cause) {
    throw unwritable('The report cannot be written to', file, cause, hintFor(option));
  }
}
