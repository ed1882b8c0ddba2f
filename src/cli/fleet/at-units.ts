import { inStage, throwIfStopped } from '../../apply/run-tools.ts';
import { limitsOf } from '../../config/defaults.ts';
import { systemClock } from '../../core/clock.ts';
import { counted } from '../../core/counted.ts';
import { asRelayError, RelayError } from '../../core/relay-error.ts';
import type { Redactor } from '../../core/secrets/redactor.ts';
import { runUnits } from '../../flows/fleet/run-units.ts';
import type { Io } from '../io.ts';
import { newRunId } from '../options/import-options.ts';
import { sourcesOf } from '../options/sources.ts';
import { confirmHosts } from '../session/confirm-host.ts';
import { askConsent } from '../session/consent.ts';
import { stateOf } from '../session/host-session.ts';
import { statePlaceOf } from '../session/open-state.ts';
import { watch } from '../session/watch.ts';
import type { AtProvider } from '../session/with-provider.ts';
import { throwFaults } from './collect.ts';
import { FleetHosts, fleetPace } from './fleet-hosts.ts';
import {
  endings,
  failed,
  summaryOf,
  tellUnits,
  type Found,
  type Told,
  type UnitEnd,
  type UnitFlags,
} from './tell-units.ts';
import { readFleet, settingsOfHosts, type Fleet, type FleetUnit } from './read-fleet.ts';

/** A provider of one host, in a session of its own. */
export interface AtUnit extends AtProvider {
  /** Holds the provider's lock until the work at the unit ends. */
  hold: (provider: string, run: string) => Promise<void>;
}

/** What a command does at each unit of a fleet. */
export interface FleetCommand<Looked> extends Told {
  /** What is told of it while it works: `Look`, `Probe`. */
  title: string;
  /** The units that it is about; all, where it says nothing. */
  units?: (fleet: Fleet) => readonly (readonly FleetUnit[])[];
  /** What a unit holds that the command would change, and what needs a yes. Sends nothing but reads. */
  look?: (at: AtUnit) => Promise<{ looked: Looked; questions: readonly string[] }>;
  /** Before anything is written. Throws what keeps the command from going on. */
  afterLook?: (looked: readonly Looked[], hasFailed: boolean) => void;
  work: (at: AtUnit, looked: Looked | undefined) => Promise<Found>;
}

/**
 * Does a command at every unit of a fleet: all are looked at, where the command wants that, and what needs a yes is asked, before the
 * first write. Shows a table, or tells programs, and returns one exit code.
 */
export async function atUnits<Looked>(
  does: FleetCommand<Looked>,
  flags: UnitFlags & { yes?: boolean },
  io: Io,
  redactor: Redactor,
): Promise<number> {
  const sources = sourcesOf(flags, io, redactor);
  // Where the file only names the hosts, options may narrow what is looked for there.
  const asked = does.ofHosts === true ? { ...flags, pack: undefined, provider: undefined, keys: undefined } : flags;
  const fleet = await readFleet(asked, io, sources);
  const settings = await settingsOfHosts(fleet, flags, sources);
  const byHost = does.units?.(fleet) ?? fleet.hosts.map(({ units }) => units);
  const units = byHost.flat();
  await confirmHosts([...settings.values()], flags, io);
  return watch(limitsOf(flags), flags, io, redactor, async (whole) => {
    const state = stateOf(statePlaceOf(flags, io), whole, io, redactor);
    const hosts = new FleetHosts(whole, { ...limitsOf(flags), redactor, state, settings });
    whole.atEnd(() => hosts.close());
    const policy = { ...fleetPace(flags.hostsAtOnce), stop: whole.stop, failFast: flags.failFast === true };
    const inAll = { clock: systemClock, emit: whole.events.emit };
    const at = <Result>(unit: FleetUnit, isLast: boolean, work: (each: AtUnit) => Promise<Result>) =>
      hosts.at(unit, isLast, (session) =>
        work({ ...session, run: newRunId(), pack: unit.pack, provider: unit.provider, modes: [unit.name.access] }),
      );
    const seen = new Map<FleetUnit, { looked: Looked } | { error: RelayError }>();
    const { look } = does;
    if (look !== undefined) {
      const questions: string[] = [];
      await inStage(
        inAll,
        'plan',
        `Look at ${counted(byHost.length, 'host')}`,
        () =>
          runUnits<FleetUnit, { looked: Looked } | { error: RelayError }>(
            byHost,
            {
              work: (unit) =>
                at(unit, false, async (each) => {
                  const found = await look(each);
                  questions.push(...found.questions.map((question) => `${unit.name.host}: ${question}`));
                  return { looked: found.looked };
                }).catch((error: unknown) => ({ error: asRelayError(error) })),
              notBegun: () => ({ error: new RelayError('NOT_BEGUN', 'It was not looked at.') }),
              isFailure: (end) => 'error' in end,
              mayPass: () => null,
              ended: (unit, end) => void seen.set(unit, end),
            },
            policy,
          ),
        lookedText,
      );
      await whole.events.idle();
      throwIfStopped(whole);
      const faults = [...seen].flatMap(([{ name }, end]) =>
        'error' in end
          ? [{ name: does.ofHosts === true ? name.host : `${name.provider} on ${name.host}`, error: end.error }]
          : [],
      );
      throwFaults(
        faults.filter(({ error }) => error.exitCode !== 3 || (policy.failFast && error.code !== 'NOT_BEGUN')),
      );
      does.afterLook?.(
        [...seen.values()].flatMap((end) => ('looked' in end ? [end.looked] : [])),
        faults.length > 0,
      );
      await askConsent(questions, io, flags, whole.stop);
      throwIfStopped(whole);
    }
    const ends = await inStage(
      inAll,
      'verify',
      `${does.title} ${counted(units.length, 'unit')}`,
      () =>
        runUnits<FleetUnit, UnitEnd>(
          byHost,
          {
            work: async (unit, isLast) => {
              const before = seen.get(unit);
              if (before !== undefined && 'error' in before && !isLast) return failed(before.error);
              const looked = before !== undefined && 'looked' in before ? before.looked : undefined;
              return at(unit, isLast, (each) => does.work(each, looked)).then(
                (found) => ({ ...found, error: null }),
                failed,
              );
            },
            ...endings(whole, units.length),
          },
          policy,
        ),
      summaryOf,
    );
    await whole.events.idle();
    return tellUnits(does, { fleet, units, ends }, flags, io);
  });
}

function lookedText(ends: readonly object[]): { ok: boolean; text: string } {
  const bad = ends.filter((end) => 'error' in end).length;
  const all = counted(ends.length, 'unit');
  return { ok: bad === 0, text: bad === 0 ? all : `${bad} of ${all} could not be looked at` };
}
