import type { AccessMode } from '../core/modes.ts';
import type { Report } from './report-schema.ts';

/** What decides the statuses and the exit code. */
export interface Ending {
  access: AccessMode;
  undone: boolean;
  leftovers: number;
  unsettled: number;
  interruptedBy: 'SIGINT' | 'SIGTERM' | null;
  /** `null`: the gateway was not checked. */
  gatewayOk: boolean | null;
  /** What the provider's accounts did when the run began. */
  before: 'served' | 'partly' | 'idle';
  /** Accounts wanted, and of these the ones that work, and the ones whose verdict is bad. */
  accounts: { desired: number; working: number; failed: number };
  malformed: number;
  /** Errors met, of any kind. */
  errors: number;
  /** Nothing more could be sent: the journal could not be kept, or the lock was lost. */
  silenced: boolean;
  /** What was undone after that stands in no note: the journal tells of it as there. */
  unnoted: boolean;
  /** An error ended the run before its last stage. */
  aborted: boolean;
  /** The run left nothing behind on the host. */
  untouched: boolean;
}

export type Outcome = Pick<Report, 'batchStatus' | 'providerStatus' | 'accessStatus' | 'exitCode'>;

/** The three statuses (rule B19) and the exit code (rule N11) of a run. Pure. */
export function outcomeOf(ending: Ending): Outcome {
  return { ...statuses(ending), exitCode: exitCode(ending) };
}

function statuses(ending: Ending): Omit<Outcome, 'exitCode'> {
  if (ending.undone) {
    const clean = !isOpen(ending);
    return { batchStatus: clean ? 'rolled_back' : 'failed', ...statusesAsBefore(ending, clean) };
  }
  const fine =
    !isPart(ending) &&
    !nothingWorks(ending) &&
    !ending.aborted &&
    ending.gatewayOk !== false &&
    ending.interruptedBy === null &&
    !isOpen(ending);
  return {
    batchStatus: fine ? 'succeeded' : 'partially_succeeded',
    providerStatus: fine ? 'active' : 'degraded',
    accessStatus: accessStatus(ending),
  };
}

/** A run that was undone tells of the provider what it was before: it serves on, where it served. */
function statusesAsBefore(
  { before, gatewayOk }: Ending,
  clean: boolean,
): Pick<Outcome, 'providerStatus' | 'accessStatus'> {
  if (before === 'idle') return { providerStatus: 'failed', accessStatus: 'broken' };
  return {
    providerStatus: clean && before === 'served' ? 'active' : 'degraded',
    accessStatus: gatewayOk === false ? 'broken' : 'unchecked',
  };
}

function accessStatus(ending: Ending): Outcome['accessStatus'] {
  if (ending.gatewayOk === true) return ending.access === 'subscription' ? 'subscription_ready' : 'self_service_ready';
  const broken = ending.gatewayOk === false || ending.aborted || ending.interruptedBy !== null || nothingWorks(ending);
  return broken ? 'broken' : 'unchecked';
}

/** When several hold: 6, then 130 and 143, 3, 4, 7, 5. */
function exitCode(ending: Ending): number {
  if (isOpen(ending)) return 6;
  if (ending.interruptedBy !== null) return ending.interruptedBy === 'SIGINT' ? 130 : 143;
  if (ending.silenced && ending.aborted && ending.untouched) return 3;
  if (ending.undone) return 4;
  if (ending.gatewayOk === false) return 7;
  // Without any account that works, only a run that went through has everything else in place.
  if (nothingWorks(ending)) return ending.aborted ? (ending.untouched ? 4 : 5) : 7;
  return isPart(ending) || ending.aborted ? 5 : 0;
}

/** Something is left, nobody can tell, or nothing more could be sent to a host that was changed. */
function isOpen({ leftovers, unsettled, silenced, unnoted, untouched }: Ending): boolean {
  return leftovers > 0 || unsettled > 0 || unnoted || (silenced && !untouched);
}

function isPart(ending: Ending): boolean {
  return ending.accounts.failed > 0 || ending.malformed > 0 || ending.errors > 0;
}

function nothingWorks({ accounts }: Ending): boolean {
  return accounts.desired > 0 && accounts.working === 0;
}

/** Whether a run with this exit code did what it was asked for; that changes are pending is no fault of a dry run. */
export function endsWell(code: number): boolean {
  return code === 0 || code === 8;
}

/** The exit code of several looks, after which all hosts hold what they held: what is worst of them. */
export function exitCodeOfLooks(exitCodes: readonly number[]): number {
  return [1, 143, 130, 2, 3, 5, 7, 8].find((code) => exitCodes.includes(code)) ?? 0;
}

/** The exit code of several runs in one go (rule N11): what all of them say, or "partly done" where they differ. */
export function exitCodeOfAll(exitCodes: readonly number[]): number {
  const told = [6, 143, 130, 1].find((code) => exitCodes.includes(code));
  if (told !== undefined) return told;
  const codes = new Set(exitCodes);
  const [only = 0] = codes;
  if (codes.size <= 1) return only;
  // Of what only looks, some may be fine, and of some changes are pending.
  if ([...codes].every((code) => code === 0 || code === 8)) return 8;
  // The host holds what it held before, of each of them.
  if ([...codes].every((code) => code === 3 || code === 4)) return 4;
  // What serves beside what does not: the gateway of one does not answer, and nothing else is wrong.
  return codes.size === 2 && codes.has(0) && codes.has(7) ? 7 : 5;
}
