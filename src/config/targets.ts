import { RelayError } from '../core/relay-error.ts';
import type { Target } from '../core/target.ts';
import { readInput } from '../text/read-input.ts';

/** Larger is no list of users, in bytes. */
const maxListBytes = 16 * 1024 * 1024;

/** Names of users, where hosts have them. A key that was put in the place of one is longer. */
const namePattern = /^[A-Za-z][\w.-]{0,19}$/;

/**
 * `EMAIL`, `ID` or `NAME`, and perhaps `=DAYS`. A file that is given by mistake may hold keys, which must not be shown: names
 * are taken from the command line and the configuration alone. Throws `USAGE`.
 */
export function parseTarget(text: string, where = '--user'): Target {
  const [who = '', days, ...rest] = text.trim().split('=');
  const wrong = (why: string) =>
    // The text may be a key that was put into the wrong file, so it is not shown.
    new RelayError('USAGE', `${where}: ${why}`, {
      hint: 'Write an e-mail address, a user id or a name, and perhaps the days: ann@example.org=30.',
    });
  if (rest.length > 0) throw wrong('there is more than one "="');
  if (days !== undefined && !(/^\d+$/.test(days) && Number(days) >= 1 && Number(days) <= 36_500))
    throw wrong('the days must be a number from 1 to 36500');
  const until = days === undefined ? null : Number(days);
  if (/^\d+$/.test(who) && Number.isSafeInteger(Number(who)) && Number(who) > 0)
    return { asked: who, user: { id: String(Number(who)) }, days: until };
  if (/^[^\s@]+@[^\s@]+$/.test(who)) return { asked: who, user: { email: who }, days: until };
  if (where === '--user' && namePattern.test(who)) return { asked: who, user: { name: who }, days: until };
  throw wrong('this is neither an e-mail address, an id nor a name');
}

/** One target a line; empty lines and lines that begin with `#` are skipped. */
export async function readTargets(file: string): Promise<Target[]> {
  const read = await readInput(file, maxListBytes);
  if ('why' in read)
    throw new RelayError('FILE_UNREADABLE', `The users file ${file} cannot be read (${read.why}).`, {
      cause: read.cause,
    });
  const lines = read.bytes
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .map((line) => line.trim());
  return lines.flatMap((line, index) =>
    line === '' || line.startsWith('#') ? [] : [parseTarget(line, `${file}:${index + 1}`)],
  );
}
