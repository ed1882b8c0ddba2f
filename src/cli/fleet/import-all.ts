import { throwIfStopped } from '../../apply/run-tools.ts';
import { counted } from '../../core/counted.ts';
import { RelayError } from '../../core/relay-error.ts';
import { runUnits, type FleetPolicy } from '../../flows/fleet/run-units.ts';
import type { UnitReport } from '../../report/outputs/imports-schema.ts';
import { outcomeSentence } from '../../report/text/headline.ts';
import type { WatchedWhole } from '../session/watch.ts';
import { throwFaults } from './collect.ts';
import type { FleetHosts } from './fleet-hosts.ts';
import { importUnit, lookAt, mayPass, notBegun, unplannedUnit, type Seen, type UnitImport } from './import-unit.ts';

/** How looking at all went, for the stage that it was. */
export function lookText(seen: readonly Seen[]): { ok: boolean; text: string } {
  const failed = seen.filter((each) => 'error' in each).length;
  const planned = counted(seen.length - failed, 'import');
  return { ok: failed === 0, text: `${planned} planned${failed === 0 ? '' : `, ${failed} could not be`}` };
}

/** How importing all went. */
export function importText(reports: readonly UnitReport[]): { ok: boolean; text: string } {
  const failed = reports.filter(({ exitCode }) => exitCode !== 0).length;
  return {
    ok: failed === 0,
    text: failed === 0 ? 'all ended well' : `${failed} of ${reports.length} did not end well`,
  };
}

/**
 * Plans every unit, and fills in what came of it. What the operator has to correct is thrown for all at once; what a host is refused with is the matter of
 * its units, unless the first failure is to end all. Where nothing follows, what may pass is tried again.
 */
export async function lookAtAll(
  byHosts: readonly (readonly UnitImport[])[],
  seen: Map<UnitImport, Seen>,
  hosts: FleetHosts,
  policy: FleetPolicy,
  isAll: boolean,
): Promise<void> {
  await runUnits<UnitImport, Seen>(
    byHosts,
    {
      work: (each, isLast) => lookAt(each, hosts, isLast && isAll),
      notBegun: () => ({ error: new RelayError('NOT_BEGUN', 'It was not looked at.') }),
      isFailure: (end) => 'error' in end,
      mayPass: (end) => (isAll && 'error' in end ? mayPass(end.error.exitCode, end.error.code) : null),
      ended: (each, end) => void seen.set(each, end),
    },
    policy,
  );
  throwIfStopped(policy);
  const faults = [...seen].flatMap(([{ unit }, end]) =>
    'error' in end ? [{ name: `${unit.name.provider} on ${unit.name.host}`, error: end.error }] : [],
  );
  throwFaults(faults.filter(({ error }) => error.exitCode !== 3 || (policy.failFast && error.code !== 'NOT_BEGUN')));
}

/** Carries out every unit. A host that could not be looked at is left for the end. */
export function importAll(
  byHosts: readonly (readonly UnitImport[])[],
  seen: ReadonlyMap<UnitImport, Seen>,
  { hosts, whole, policy }: { hosts: FleetHosts; whole: WatchedWhole; policy: FleetPolicy },
): Promise<UnitReport[]> {
  const total = byHosts.flat().length;
  let done = 0;
  return runUnits<UnitImport, UnitReport>(
    byHosts,
    {
      work: async (each, isLast) => {
        const found = seen.get(each) as Seen;
        return 'error' in found && !isLast ? unplannedUnit(each, found.error) : importUnit(each, found, hosts, isLast);
      },
      notBegun: (each) => notBegun(each, whole.stop),
      isFailure: ({ exitCode }) => exitCode !== 0,
      mayPass: ({ exitCode, errors: [first] }) => mayPass(exitCode, first?.code),
      ended: ({ unit }, report) => {
        done += 1;
        const { exitCode } = report;
        const summary = outcomeSentence(report);
        whole.events.emit({ type: 'unit-finished', unit: unit.name, exitCode, summary, done, total });
      },
    },
    policy,
  );
}
