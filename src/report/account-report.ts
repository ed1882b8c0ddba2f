import type { AccountOutcome } from '../apply/accounts/making.ts';
import type { Change } from '../apply/change.ts';
import type { Account } from '../host/account.ts';
import type { AccountStep } from '../plan/import-plan.ts';
import type { RunChanges } from './run-changes.ts';
import type { Report } from './report-schema.ts';
import type { ReportedRun } from './run-record.ts';

type KeyReport = Report['keys'][number];
type AccountReport = Report['accounts'][number];

/** What became of one account that was planned. */
export function accountReport(step: AccountStep, record: ReportedRun, changes: RunChanges): AccountReport {
  const outcome = record.outcomes.get(step.fingerprint);
  const verdict = record.verdicts.get(step.fingerprint);
  const account = accountOf(step, record);
  const base = { name: step.name, line: step.line, fingerprint: step.fingerprint };
  if (account === undefined) return { ...base, ...neverMade(outcome, record) };
  const takenOut = record.takenOut.get(account.id);
  const action = takenOut ?? actionOf(step, account, record, changes);
  const gone = action === 'rolled_back' || action === 'removed';
  return {
    ...base,
    id: account.id,
    action,
    validation: verdict?.validation ?? 'not_tried',
    code: verdict?.code ?? null,
    scheduled: gone ? null : takenOut !== 'disabled' && account.enabled && account.state === 'active',
    smokeModelSeen: verdict?.smokeModelSeen ?? false,
    models: verdict?.models ?? [],
    probe: verdict?.probe ? { ...verdict.probe, startedAt: new Date(verdict.probe.startedAt).toISOString() } : null,
  };
}

/** What the run did to an account, and whether that was taken back. */
function actionOf(
  step: AccountStep,
  account: Account,
  record: ReportedRun,
  changes: RunChanges,
): AccountReport['action'] {
  const made = changes.of('account', account.id, 'created');
  if (made !== undefined) return made.undone && record.undone ? 'rolled_back' : 'created';
  const changed = changes.of('account', account.id, 'updated');
  if (changed?.undone === true) return 'restored';
  if (step.action === 'unchanged')
    return changed !== undefined && isPutBack(changed.change, account) ? 'updated' : 'unchanged';
  if (changed === undefined && record.outcomes.get(step.fingerprint)?.outcome !== 'updated') return 'none';
  return step.action === 'adopt' ? 'adopted' : 'updated';
}

/** Whether an account serves that was out of service before: then also one that is as planned was changed. */
function isPutBack({ before }: Change, { enabled }: Account): boolean {
  return enabled && before !== null && 'enabled' in before && before.enabled === false;
}

/** The account as it was last seen. */
function accountOf(step: AccountStep, record: ReportedRun): Account | undefined {
  const seen = record.seen.get(step.fingerprint) ?? record.verdicts.get(step.fingerprint)?.account;
  if (seen !== undefined) return seen;
  const outcome = record.outcomes.get(step.fingerprint);
  if (outcome?.outcome === 'created' || outcome?.outcome === 'updated') return outcome.account;
  return step.action === 'create' ? undefined : step.account;
}

function neverMade(
  outcome: AccountOutcome | undefined,
  record: ReportedRun,
): Omit<AccountReport, 'name' | 'line' | 'fingerprint'> {
  const nothing = { action: 'none' as const, scheduled: null, smokeModelSeen: false, models: [] };
  if (outcome?.outcome !== 'failed' && outcome?.outcome !== 'unsettled') {
    return { ...nothing, id: null, validation: 'not_tried', code: null, probe: null };
  }
  const startedAt = new Date(record.run.startedAt).toISOString();
  const probe = { ok: false, message: outcome.message, evidence: 'none', attempts: 0, startedAt, ms: 0 };
  if (outcome.outcome === 'unsettled')
    return { ...nothing, id: null, validation: 'not_tried', code: 'WRITE_UNSETTLED', probe };
  return { ...nothing, id: outcome.id, validation: 'failed', code: outcome.code, probe };
}

/** One outcome for each line that is not blank (rule N2). */
export function keyReports(record: ReportedRun, changes: RunChanges): KeyReport[] {
  const steps = new Map(record.plan.accounts.map((step) => [step.fingerprint, step]));
  return record.keyFile.entries.map((entry): KeyReport => {
    if (entry.kind === 'malformed') {
      return { line: entry.line, fingerprint: null, last4: '', outcome: 'malformed', duplicateOf: null, account: null };
    }
    const { line, fingerprint, last4, duplicateOf } = entry;
    const step = steps.get(fingerprint);
    const ended = step === undefined ? 'not_tried' : keyOutcome(step, record, changes);
    const outcome = duplicateOf === null ? ended : 'duplicate';
    return { line, fingerprint, last4, outcome, duplicateOf, account: step?.name ?? null };
  });
}

/** What became of a key as things ended. */
function keyOutcome(step: AccountStep, record: ReportedRun, changes: RunChanges): KeyReport['outcome'] {
  const verdict = record.verdicts.get(step.fingerprint)?.validation;
  const account = accountOf(step, record);
  const outcome = record.outcomes.get(step.fingerprint)?.outcome;
  if (step.action === 'create') {
    const made = account && changes.of('account', account.id);
    if (outcome !== 'created') return outcome === 'updated' ? 'failed' : (outcome ?? 'not_tried');
    if (record.undone) return made?.undone === true ? 'rolled_back' : 'failed';
    return verdict === 'failed' ? 'failed' : 'added';
  }
  const action = account === undefined ? 'none' : actionOf(step, account, record, changes);
  // An interrupted run that was taken up finds what it had made before as unchanged.
  if (action === 'created') return verdict === 'failed' ? 'failed' : 'added';
  if (action === 'rolled_back') return 'rolled_back';
  if (step.action === 'unchanged')
    return verdict === 'failed' ? 'failed' : action === 'updated' ? 'updated' : 'unchanged';
  if (outcome === 'unsettled') return 'unsettled';
  if (record.undone) return action === 'restored' ? 'rolled_back' : outcome === undefined ? 'not_tried' : 'failed';
  if (outcome === undefined) return 'not_tried';
  return outcome !== 'updated' || verdict === 'failed' ? 'failed' : 'updated';
}
