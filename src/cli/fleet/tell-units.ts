import { stopReason } from '../../apply/run-tools.ts';
import type { PrintFlags } from '../../config/options/option-flags.ts';
import { bucketsOf } from '../../core/buckets.ts';
import { counted, firstOf } from '../../core/counted.ts';
import { unitText } from '../../core/run-event.ts';
import { asRelayError, problem, RelayError, type Problem } from '../../core/relay-error.ts';
import type { UnitWork } from '../../flows/fleet/run-units.ts';
import { exitCodeOfAll, exitCodeOfLooks } from '../../report/outcome.ts';
import { fleetResultSchema, type FleetResult } from '../../report/outputs/fleet-schema.ts';
import { unitTable, type UnitRow } from '../../report/text/units-text.ts';
import { columnsOf } from '../columns.ts';
import { print, styleFor, type Io } from '../io.ts';
import { repeatCommand } from '../options/repeat-command.ts';
import { printFooter } from '../output/footer.ts';
import { printResult } from '../output/result.ts';
import type { WatchedWhole } from '../session/watch.ts';
import { mayPass } from './import-unit.ts';
import type { Fleet, FleetFlags, FleetUnit } from './read-fleet.ts';

/** What a command did at one unit, or found there. */
export interface Found {
  exitCode: number;
  /** Whether nothing need be done about it, whatever the exit code is. */
  isFine: boolean;
  result: FleetResult['units'][number]['result'];
  /** How it is, in a word or two, and what more there is to say. */
  word: string;
  says: string;
  /** What is left there, each with its command. */
  named?: readonly string[];
}

/** The same, or what kept it from being done. */
export type UnitEnd = Found & { error: Problem | null };

/** What a command at many units is told. */
export type UnitFlags = FleetFlags & PrintFlags & { file: string; onlyProblems?: boolean; dryRun?: boolean };

/** How many causes are told with what to do about them. */
const maxCauses = 8;

/** How a command is told of that was done at many units. */
export interface Told {
  name: FleetResult['command'];
  /** Whether it is about whole hosts, whatever providers they have. */
  ofHosts?: true;
  /** Whether it only looks. */
  isLook?: boolean;
  /** What the hosts hold when it did not end well everywhere. */
  holds: string;
}

/** The end of a unit at which something was thrown. */
export function failed(error: unknown): UnitEnd {
  const known = asRelayError(error);
  const { code, message } = known;
  return {
    exitCode: known.exitCode,
    isFine: false,
    result: null,
    error: known.toProblem(),
    word: 'failed',
    says: `${code}: ${message}`,
  };
}

/** What the ends of units say, and who is told of each. */
export function endings(
  { events, stop }: Pick<WatchedWhole, 'events' | 'stop'>,
  total: number,
): Omit<UnitWork<FleetUnit, UnitEnd>, 'work'> {
  let done = 0;
  return {
    notBegun: () => {
      const { code, exitCode } = stopReason(stop) ?? new RelayError('NOT_BEGUN', '');
      const error = problem(code, 'It was not begun any more.');
      return { exitCode, isFine: false, result: null, error, word: 'not begun', says: code };
    },
    isFailure: ({ exitCode }) => exitCode !== 0 && exitCode !== 8,
    mayPass: ({ exitCode, error }) => mayPass(exitCode, error?.code),
    ended: ({ name }, { exitCode, word, says }) => {
      done += 1;
      const summary = `${word}${says === '' ? '' : `, ${says}`}`;
      events.emit({ type: 'unit-finished', unit: name, exitCode, summary, done, total });
    },
  };
}

/** How all went, for the stage that it was. */
export function summaryOf(all: readonly UnitEnd[]): { ok: boolean; text: string } {
  const bad = all.filter(({ isFine }) => !isFine).length;
  const ok = all.every(({ exitCode }) => exitCode === 0);
  return { ok, text: bad === 0 ? 'all are fine' : `${bad} of ${all.length} ${bad === 1 ? 'needs' : 'need'} a look` };
}

/** What is said of a shard that got no host. */
export function emptyShard({ index, of }: Fleet['shard']): string {
  return `Shard ${index} of ${of}: no host is in it, so there was nothing to do.`;
}

/** Shows how the units are, or tells programs, and says what to do next where not all are fine. */
export function tellUnits(
  { name, ofHosts, isLook, holds }: Told,
  { fleet, units, ends }: { fleet: Fleet; units: readonly FleetUnit[]; ends: readonly UnitEnd[] },
  flags: UnitFlags,
  io: Io,
): number {
  const { digest, shard } = fleet;
  const codes = ends.map((each) => each.exitCode);
  const exitCode = isLook === true ? exitCodeOfLooks(codes) : exitCodeOfAll(codes);
  const value = fleetResultSchema.parse({
    schema: 'relay.fleet/1',
    command: name,
    fleet: { digest, shard },
    exitCode,
    units: units.map(({ name: { host, provider, access } }, index) => {
      const { exitCode: code, result = null, error = null } = ends[index] ?? { exitCode: 1 };
      const unit = ofHosts === true ? { host, provider: null, access: null } : { host, provider, access };
      return { unit, exitCode: code, result, error };
    }),
  });
  const rows = units.flatMap((unit, index): UnitRow[] => {
    const end = ends[index];
    if (end === undefined) return [];
    const tone = end.exitCode !== 0 && end.exitCode !== 8 ? 'bad' : end.isFine ? 'good' : 'unsure';
    return [{ unit: unit.name, tone, word: end.word, says: end.says }];
  });
  if (!printResult(io, flags, 'fleet', value)) {
    const shown = flags.onlyProblems === true ? rows.filter(({ tone }) => tone !== 'good') : rows;
    const screen = { style: styleFor(io, 'stdout', flags.color), columns: columnsOf(io) };
    if (units.length === 0) print(io.stdout, emptyShard(shard));
    else if (shown.length > 0) print(io.stdout, unitTable(shown, screen, ofHosts));
  }
  if (exitCode === 0) return 0;
  const bad = units.flatMap((unit, index) => {
    const end = ends[index];
    return end === undefined || end.exitCode === 0
      ? []
      : [{ name: ofHosts === true ? unit.name.host : unitText(unit.name), end }];
  });
  const causes = bucketsOf(
    bad.flatMap(({ name: unit, end }) => (end.error === null ? [] : [{ unit, error: end.error }])),
    ({ error }) => error.code,
  );
  for (const own of [...causes.values()].slice(0, maxCauses)) {
    const [{ unit, error }] = own as [(typeof own)[number]];
    print(io.stderr, `${firstOf(own.map((each) => each.unit))}: ${error.code}: ${error.message}`);
    print(io.stderr, `  To do${own.length === 1 ? '' : ` (${unit})`}: ${error.hint}`);
  }
  for (const { name: unit, end } of bad)
    for (const line of end.named ?? []) print(io.stderr, `${unit}: ${line.trim()}`);
  printFooter(io, {
    happened: `${bad.length} of ${counted(units.length, ofHosts === true ? 'host' : 'unit')} did not end well.`,
    holds,
    todo: causes.size === 0 ? undefined : 'Do what is said of each.',
    next: `${repeatCommand(`relay ${name}`, flags)}${flags.dryRun === true ? ' --dry-run' : ''}`,
  });
  return exitCode;
}
