import { counted, firstOf } from '../core/counted.ts';
import { RelayError } from '../core/relay-error.ts';
import { unitText } from '../core/run-event.ts';
import { exitCodeOfAll } from './outcome.ts';
import type { ImportsReport } from './outputs/imports-schema.ts';

/** The report of a shard, and what its file is called. */
export interface ShardReport {
  name: string;
  report: ImportsReport;
}

/**
 * The report of a whole fleet from those of its shards, at least one. What shards are missing it says, and exits with 6 then: of
 * their hosts nobody knows. Throws `SHARDS_DIFFER` for reports that are not of one fleet, and for one shard twice. Pure.
 */
export function mergeReports(shards: readonly ShardReport[], relayVersion: string): ImportsReport {
  const sorted = shards.toSorted((a, b) => a.report.fleet.shard.index - b.report.fleet.shard.index);
  const [first] = sorted;
  if (first === undefined) throw new RelayError('USAGE', 'There is no report to merge.');
  for (const [index, each] of sorted.entries()) refuseOther(first, sorted[index - 1], each);
  const imports = sorted.flatMap(({ report }) => report.imports);
  refuseTwice(imports);
  const { digest, shard } = first.report.fleet;
  const there = new Set(sorted.map(({ report }) => report.fleet.shard.index));
  const missing = Array.from({ length: shard.of }, (_, index) => ({ index: index + 1, of: shard.of })).filter(
    ({ index }) => !there.has(index),
  );
  const exitCode = exitCodeOfAll(imports.map((each) => each.exitCode));
  return {
    schema: 'relay.imports-report/1',
    startedAt: sorted.map(({ report }) => report.startedAt).toSorted()[0] ?? '',
    finishedAt:
      sorted
        .map(({ report }) => report.finishedAt)
        .toSorted()
        .at(-1) ?? '',
    relayVersion,
    exitCode: missing.length > 0 ? 6 : exitCode,
    fleet: { digest, shard: { index: 1, of: 1 }, missing },
    imports,
  };
}

function refuseOther(first: ShardReport, before: ShardReport | undefined, each: ShardReport): void {
  const [one, other] = [first.report.fleet, each.report.fleet];
  const differ = (why: string) => new RelayError('SHARDS_DIFFER', why);
  if (one.digest !== other.digest) throw differ(`${first.name} and ${each.name} are of different fleets.`);
  if (one.shard.of !== other.shard.of)
    throw differ(`${first.name} is of ${counted(one.shard.of, 'shard')}, and ${each.name} of ${other.shard.of}.`);
  if (other.missing.length > 0) throw differ(`${each.name} was merged already.`);
  if (before?.report.fleet.shard.index === other.shard.index)
    throw differ(`${before.name} and ${each.name} are both of shard ${other.shard.index}/${other.shard.of}.`);
}

/** A host is in one shard, so what is there twice was not divided by the same list of hosts. */
function refuseTwice(imports: ImportsReport['imports']): void {
  const seen = new Set<string>();
  const twice = imports.map(({ unit }) => unitText(unit)).filter((name) => seen.size === seen.add(name).size);
  if (twice.length > 0) throw new RelayError('SHARDS_DIFFER', `More than one shard has imported ${firstOf(twice)}.`);
}
