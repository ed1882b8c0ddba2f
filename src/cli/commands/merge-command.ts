import { resolve } from 'node:path';
import type { Flags } from '../../config/options/option-flags.ts';
import { codes } from '../../core/codes.ts';
import { RelayError } from '../../core/relay-error.ts';
import { mergeReports, type ShardReport } from '../../report/merge-reports.ts';
import { isAbsent, readReports } from '../../report/read-report.ts';
import { publishImports } from '../fleet/publish-fleet.ts';
import { print, type Io } from '../io.ts';
import { checkPlaces } from '../options/check-places.ts';
import { repeatCommand } from '../options/repeat-command.ts';

/** From how long between the starts of two shards on they are likely not of one time, in milliseconds. */
const apartMs = 12 * 3_600_000;

/**
 * `relay report merge`: one report of all shards of a fleet. Its exit code is that of the whole: 6 where a shard is missing. A
 * file that is not there is a shard that is missing, as long as there is another to tell how many there are.
 */
export async function mergeCommand(files: readonly string[], flags: Flags<'report merge'>, io: Io): Promise<number> {
  const place = typeof flags.report === 'string' ? flags.report : null;
  await checkPlaces(
    flags,
    place,
    files.map((file) => ({ file: resolve(io.cwd, file), named: 'a shard' })),
    io,
  );
  const shards: ShardReport[] = [];
  let absent: RelayError | undefined;
  for (const name of files) {
    try {
      const read = await readReports(resolve(io.cwd, name));
      if (!('several' in read))
        throw new RelayError('SHARDS_DIFFER', `${name} is the report of a single import, and of no fleet.`);
      shards.push({ name, report: read.several });
    } catch (error) {
      if (!isAbsent(error)) throw error;
      absent ??= error;
      print(io.stderr, `warning ${error.code}: ${error.message}`);
    }
  }
  if (shards.length === 0 && absent !== undefined) throw absent;
  const all = mergeReports(shards, io.version);
  warnOfOld(shards, io);
  const [missing] = all.fleet.missing;
  const shard = missing === undefined ? {} : { shard: `${missing.index}/${missing.of}` };
  const next = repeatCommand('relay import', { file: 'FILE', ...shard });
  const todo = missing === undefined ? undefined : codes.SHARDS_MISSING.hint;
  return publishImports(all, { place, lasting: true, next, todo }, { ...flags, input: false }, io);
}

/** A report of an earlier day must not stand in for a shard that did not run. */
function warnOfOld(shards: readonly ShardReport[], io: Io): void {
  const sorted = shards.toSorted((a, b) => a.report.startedAt.localeCompare(b.report.startedAt));
  const [oldest, newest] = [sorted[0], sorted.at(-1)];
  if (oldest === undefined || newest === undefined) return;
  const [from, to] = [oldest.report.startedAt, newest.report.startedAt];
  if (Date.parse(to) - Date.parse(from) < apartMs) return;
  print(
    io.stderr,
    `warning: ${oldest.name} began at ${from}, and ${newest.name} at ${to}: is the first of an earlier time?`,
  );
}
