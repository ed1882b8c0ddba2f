import { resolve } from 'node:path';
import { RelayError } from '../../core/relay-error.ts';
import { print, type Io } from '../io.ts';
import { isSpecial, writeSpecial } from '../options/special-file.ts';

/** Writes a report as JSON, whole or not at all. `-` is standard output. What could not be written is returned. */
export async function writeReport(report: object, place: string, io: Io): Promise<RelayError[]> {
  const text = JSON.stringify(report, null, 2);
  try {
    if (place === '-') print(io.stdout, text);
    else await writeWhole(`${text}\n`, place, '--report', io);
    return [];
  } catch (error) {
    if (error instanceof RelayError) return [error];
    throw error;
  }
}

/**
 * Writes a text to the file that an option names, whole or not at all; what is no regular file is written to and never
 * replaced. Throws `FILE_UNWRITABLE`.
 */
export async function writeWhole(text: string, place: string, option: string, io: Io): Promise<void> {
  const file = resolve(io.cwd, place);
  try {
    if (await isSpecial(file)) await writeSpecial(file, text);
    else {
      const { default: writeFileAtomic } = await import('write-file-atomic');
      await writeFileAtomic(file, text);
    }
  } catch (cause) {
    throw unwritable('The report could not be written to', place, cause, hintFor(option));
  }
}

/** `FILE_UNWRITABLE`, with the reason that the system gave. */
export function unwritable(what: string, place: string, cause: unknown, options: { hint?: string }): RelayError {
  const why = (cause as NodeJS.ErrnoException).code ?? 'unknown';
  return new RelayError('FILE_UNWRITABLE', `${what} ${place} (${why}).`, { ...options, cause });
}

/** The hint of the code is about `--report`. */
export function hintFor(option: string): { hint?: string } {
  return option === '--report' ? {} : { hint: `Choose another place with ${option}, or leave it out.` };
}
