import { stopReason, throwIfStopped } from '../../apply/run-tools.ts';
import type { ImportFlags } from '../../config/options/option-flags.ts';
import { asRelayError, problem, RelayError, type Problem } from '../../core/relay-error.ts';
import { stepsDigest } from '../../flows/import/saved-plan.ts';
import { refusedReport } from '../../flows/import/failure/refused-report.ts';
import type { PlanView } from '../../plan/plan-view.ts';
import type { UnitReport } from '../../report/outputs/imports-schema.ts';
import { hostOf } from '../commands/import-on-host.ts';
import type { ImportRequest } from '../options/import-options.ts';
import { execute, planView, prepare } from '../session/run-import.ts';
import type { FleetHosts } from './fleet-hosts.ts';
import type { FleetUnit } from './read-fleet.ts';

/** One import of a fleet, read and checked. */
export interface UnitImport {
  unit: FleetUnit;
  request: ImportRequest;
  flags: ImportFlags;
  /** That keys go to where a file says was agreed to before all were looked at. */
  agreed?: boolean;
}

/** What a unit's plan came to when all were looked at; an error is what stood in its way. */
export type Seen = { view: PlanView; questions: readonly string[]; steps: string } | { error: RelayError };

/** Plans a unit, to be shown and asked about. Sends nothing but reads, and holds no lock. */
export async function lookAt(
  { unit, request, flags, agreed = false }: UnitImport,
  hosts: FleetHosts,
  isLast: boolean,
): Promise<Seen> {
  try {
    return await hosts.at(unit, isLast, async (at) => {
      const prepared = await prepare(request, at, flags, { isLook: true, agreed });
      const view = planView(prepared, at.tools.host, at.redactor);
      return { view, questions: prepared.questions, steps: stepsDigest(view.changes) };
    });
  } catch (error) {
    return { error: asRelayError(error) };
  }
}

/**
 * Imports a unit: looks again, holding its lock, and carries out what it sees then. Refuses what needs a yes that was not given
 * when all was asked. Whatever happens is told by the report.
 */
export async function importUnit(
  each: UnitImport,
  seen: Seen,
  hosts: FleetHosts,
  isLast: boolean,
): Promise<UnitReport> {
  const startedAt = Date.now();
  try {
    const report = await hosts.at(each.unit, isLast, async (at) => {
      const prepared = await prepare(each.request, at, each.flags);
      const { changes } = planView(prepared, at.tools.host, at.redactor);
      const isSame = !('error' in seen) && seen.steps === stepsDigest(changes);
      // A question names a few of what it is about; other steps may lie behind the same words.
      const unasked = isSame ? [] : prepared.questions;
      if (unasked.length > 0 && each.flags.yes !== true)
        throw new RelayError('CONSENT_NEEDED', unasked[0] ?? '', {
          details: unasked.slice(1),
          hint: 'This was not so when all was planned. Run the same again to be asked, or add --yes to agree.',
        });
      if (!('error' in seen) && !isSame)
        at.tools.emit({ type: 'notice', text: 'The host has changed since it was planned, so it was planned anew.' });
      throwIfStopped(at.tools);
      return execute(prepared, at, { startedAt, stages: 0 });
    });
    return { ...report, unit: each.unit.name };
  } catch (error) {
    const refused = asRelayError(error);
    return refusedUnit(each, refused.toProblem(), refused.exitCode, startedAt);
  }
}

/** The report of a unit that was not begun, since all were refused: its own fault, or that of others. */
export function refusedWithAll(each: UnitImport, seen: Seen | undefined, refusal: RelayError): UnitReport {
  if (seen !== undefined && 'error' in seen) return unplannedUnit(each, seen.error);
  const { code, exitCode, hint } = refusal;
  return refusedUnit(each, problem(code, 'It was not begun.', hint), exitCode, Date.now());
}

/** The report of a unit that could not be planned. */
export function unplannedUnit(each: UnitImport, error: RelayError): UnitReport {
  return refusedUnit(each, error.toProblem(), error.exitCode, Date.now());
}

/** The report of a unit that was refused before anything was written. */
function refusedUnit(
  { unit, request }: UnitImport,
  { code, message, hint }: Problem,
  exitCode: number,
  startedAt: number,
): UnitReport {
  const report = refusedReport(request.job, {
    host: hostOf(undefined, request),
    startedAt,
    finishedAt: Date.now(),
    dryRun: false,
    exitCode,
    errors: [{ code, message, hint, stage: 'plan' }],
    warnings: [],
  });
  return { ...report, unit: unit.name };
}

/** The report of a unit that was not begun: all was stopped, or another had failed. */
export function notBegun(each: UnitImport, stop: AbortSignal): UnitReport {
  const { code, exitCode } = stopReason(stop) ?? new RelayError('NOT_BEGUN', '');
  return refusedUnit(each, problem(code, 'It was not begun any more.'), exitCode, Date.now());
}

/** What a host that is down, or busy with another run, may be tried again for; see `UnitWork`. */
export function mayPass(exitCode: number, code: string | undefined): 'host' | 'unit' | null {
  if (exitCode !== 3) return null;
  if (code === 'LOCKED') return 'unit';
  return code === 'HOST_UNREACHABLE' || code === 'HOST_FAILED' || code === 'HOST_IN_SETUP' ? 'host' : null;
}
