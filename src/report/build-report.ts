import type { Account } from '../host/account.ts';
import type { ResourceStep } from '../host/layout.ts';
import { accountReport, keyReports } from './account-report.ts';
import { outcomeOf, type Ending, type Outcome } from './outcome.ts';
import { RunChanges } from './run-changes.ts';
import type { Report } from './report-schema.ts';
import type { ReportedRun } from './run-record.ts';

type KeyReport = Report['keys'][number];
type AccountReport = Report['accounts'][number];
type ResourceReport = Report['resources'][number];

/** The report of a run. Pure: the same record gives the same report. */
export function buildReport(record: ReportedRun): Report {
  const changes = new RunChanges(record.log);
  const accounts = record.plan.accounts.map((step) => accountReport(step, record, changes));
  const keys = keyReports(record, changes);
  const summary = summarise(record, keys, accounts);
  const conclusion = record.decided ?? conclude(record, changes, accounts, summary);
  const { provider, plan, run } = record;
  return {
    schema: 'relay.import-report/2',
    run: {
      id: run.id,
      startedAt: iso(run.startedAt),
      finishedAt: iso(run.finishedAt),
      durationMs: run.finishedAt - run.startedAt,
      relayVersion: run.relayVersion,
      dryRun: run.dryRun,
      interrupted: record.interruptedBy !== null,
      stages: run.stages.map((stage) => ({ ...stage, startedAt: iso(stage.startedAt) })),
      pace: run.pace,
      journal: run.journal,
      budget: run.budget,
    },
    host: record.host,
    provider: {
      pack: record.pack.id,
      id: provider.id,
      displayName: provider.displayName,
      platform: provider.platform,
      accountType: provider.accountType,
      baseUrl: provider.baseUrl,
      smokeTestModel: provider.smokeTestModel,
      digest: record.pack.digest,
    },
    mode: plan.mode,
    accessMode: plan.access,
    ...conclusion,
    summary,
    keys,
    resources: record.plan.resources.map((step) => resource(step, changes)),
    accounts,
    removed: record.removed.map(({ id, name, reason }) => ({ id, name, reason })),
    grants: record.grants.map(({ kind, user, userId, days, outcome, expiresAt }) => ({
      user,
      userId,
      days,
      outcome:
        (outcome === 'created' || outcome === 'extended') && record.undone && changes.named(kind, user)?.undone === true
          ? ('rolled_back' as const)
          : outcome,
      expiresAt: expiresAt === null ? null : iso(expiresAt),
    })),
    gateway: record.gateway,
    connect: record.connect,
    leftovers: record.leftovers,
    unsettled: record.unsettled,
    warnings: record.warnings.map(({ code, stage, message, hint }) => ({ code, stage, message, hint })),
    errors: record.errors.map(({ code, stage, message, hint }) => ({ code, stage, message, hint })),
  };
}

/** The statuses and the exit code of a run that was carried out. */
function conclude(
  record: ReportedRun,
  changes: RunChanges,
  accounts: readonly AccountReport[],
  summary: Report['summary'],
): Outcome {
  return outcomeOf({
    access: record.plan.access,
    undone: record.undone,
    leftovers: record.leftovers.length,
    unsettled: record.unsettled.length,
    interruptedBy: record.interruptedBy,
    gatewayOk: record.gateway?.ok ?? null,
    before: servedBefore(record, changes),
    accounts: {
      desired: record.plan.accounts.filter((step) => step.enabled).length,
      working: accounts.filter(works).length + record.plan.servingElsewhere,
      failed: accounts.filter((each) => each.validation === 'failed' && each.action !== 'rolled_back').length,
    },
    malformed: summary.malformed,
    errors: record.errors.length,
    silenced: record.silenced,
    unnoted: record.silenced && record.undone && record.log.reverted.length > 0,
    aborted: record.aborted,
    untouched: isUntouched(record),
  });
}

/** Without its lock, what a run was about to make may be another's by now. */
function isUntouched({ log, errors, removed }: ReportedRun): boolean {
  if (log.changes.length > 0 && errors.some(({ code }) => code === 'LOCK_LOST')) return false;
  return log.changes.every(({ id }) => id === null) && removed.length === 0;
}

/** What the provider's accounts did when the run began. One that was taken up finds accounts of its own among them. */
function servedBefore(record: ReportedRun, changes: RunChanges): Ending['before'] {
  const { accounts, removals, servingElsewhere } = record.plan;
  const isOwn = ({ id }: Account) => changes.of('account', id, 'created') !== undefined;
  const known = accounts.flatMap((step) => (step.action === 'create' || isOwn(step.account) ? [] : [step]));
  const serving = known.filter(({ account }) => account.enabled && account.state === 'active').length;
  const leaving = removals.filter(({ serves }) => serves).length;
  if (serving + leaving + servingElsewhere === 0) return 'idle';
  return known.filter(({ enabled }) => enabled).length > serving ? 'partly' : 'served';
}

function works(account: AccountReport): boolean {
  return (
    account.scheduled === true &&
    // With its earlier settings back, an account serves as before, whatever became of the new ones.
    (account.action === 'restored' ||
      (['created', 'adopted', 'updated', 'unchanged'].includes(account.action) && account.validation !== 'failed'))
  );
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function resource(step: ResourceStep, changes: RunChanges): ResourceReport {
  const { kind, name } = step;
  // A run may also make places to prove accounts in; they are not what the report is about.
  const did = changes.named(kind, name);
  if (did === undefined)
    return step.action === 'unchanged'
      ? { kind, id: step.id, name, action: 'unchanged' }
      : { kind, id: null, name, action: 'none' };
  const { id, action } = did.change;
  if (action === 'created') return { kind, id, name, action: did.undone ? 'rolled_back' : 'created' };
  return { kind, id, name, action: did.undone ? 'restored' : step.action === 'adopt' ? 'adopted' : 'updated' };
}

function summarise(
  record: ReportedRun,
  keys: readonly KeyReport[],
  accounts: readonly AccountReport[],
): Report['summary'] {
  const count = (outcome: KeyReport['outcome']) => keys.filter((key) => key.outcome === outcome).length;
  const verdict = (validation: AccountReport['validation']) =>
    accounts.filter((account) => account.validation === validation && account.probe !== null).length;
  const malformed = count('malformed');
  const duplicate = count('duplicate');
  return {
    lines: record.keyFile.lines,
    blank: record.keyFile.blank,
    malformed,
    duplicate,
    accepted: keys.length - malformed - duplicate,
    added: count('added'),
    updated: count('updated'),
    unchanged: count('unchanged'),
    failed: count('failed'),
    rolledBack: count('rolled_back'),
    notTried: count('not_tried'),
    unsettled: count('unsettled'),
    removed: record.removed.length,
    passed: verdict('passed'),
    warning: verdict('warning'),
    failedVerdict: verdict('failed'),
    others: record.plan.servingElsewhere,
  };
}
