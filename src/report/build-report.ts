import type { AccountStep } from '../plan/import-plan.ts';
import { conclude } from './conclude.ts';
import type { Report } from './report-schema.ts';
import type { RunRecord } from './run-record.ts';

type KeyReport = Report['keys'][number];
type AccountReport = Report['accounts'][number];

/** The report of a run. Pure: the same record gives the same report. */
export function buildReport(record: RunRecord): Report {
  const accounts = record.plan.accounts.map((step) => accountReport(step, record));
  const keys = keyReports(record);
  const summary = summarise(record, keys, accounts);
  const conclusion = conclude({
    access: record.plan.access,
    undone: record.undone,
    leftovers: record.leftovers.length,
    unsettled: record.unsettled.length,
    interruptedBy: record.interruptedBy,
    gatewayOk: record.gateway?.ok ?? null,
    accounts: {
      wanted: accounts.length,
      working: accounts.filter(works).length,
      failed: accounts.filter((each) => each.validation === 'failed' && each.action !== 'rolled_back').length,
    },
    malformed: summary.malformed,
    errors: record.errors.length,
    cutShort: record.cutShort,
  });
  const { provider, plan, run } = record;
  return {
    schema: 'relay.import-report/1',
    run: {
      id: run.id,
      startedAt: iso(run.startedAt),
      finishedAt: iso(run.finishedAt),
      durationMs: run.finishedAt - run.startedAt,
      relayVersion: run.relayVersion,
      dryRun: run.dryRun,
      interrupted: record.interruptedBy !== null,
      stages: run.stages.map((stage) => ({ ...stage, startedAt: iso(stage.startedAt) })),
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
    group: resource(plan.group, record.ids.group, record, 'group'),
    channel: resource(plan.channel, record.ids.channel, record, 'channel'),
    plan: plan.plan === null ? null : resource(plan.plan, record.ids.plan, record, 'plan'),
    accounts,
    removed: record.removed,
    subscriptions: record.subscriptions.map(({ user, userId, days, outcome, expiresAt }) => ({
      user,
      userId,
      days,
      outcome:
        (outcome === 'created' || outcome === 'extended') &&
        record.undone === 'everything' &&
        !isLeft(record, 'subscription', user)
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

function works(account: AccountReport): boolean {
  return (
    (account.action === 'created' || account.action === 'unchanged') &&
    account.validation !== 'failed' &&
    account.scheduled === true
  );
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function isLeft(record: RunRecord, kind: string, name: string): boolean {
  return record.leftovers.some((leftover) => leftover.kind === kind && leftover.name === name);
}

function resource(
  step: { action: string; name: string },
  id: number | null,
  record: RunRecord,
  kind: string,
): NonNullable<Report['group']> {
  const { name } = step;
  if (step.action === 'unchanged') return { id, name, action: 'unchanged' };
  if (id === null) return { id, name, action: 'none' };
  const undone = record.undone === 'everything' && !isLeft(record, kind, name);
  if (step.action === 'create') return { id, name, action: undone ? 'rolled_back' : 'created' };
  return { id, name, action: undone ? 'restored' : step.action === 'adopt' ? 'adopted' : 'updated' };
}

function accountReport(step: AccountStep, record: RunRecord): AccountReport {
  const outcome = record.outcomes.get(step.fingerprint);
  const verdict = record.verdicts.get(step.fingerprint);
  const account =
    verdict?.account ??
    (step.action === 'unchanged' ? step.account : outcome?.outcome === 'created' ? outcome.account : undefined);
  const base = { name: step.name, line: step.line, fingerprint: step.fingerprint };
  if (account === undefined) {
    const failed = outcome?.outcome === 'failed';
    const probe =
      failed || outcome?.outcome === 'unsettled'
        ? {
            ok: false,
            message: outcome.message,
            evidence: 'none',
            attempts: 0,
            startedAt: iso(record.run.startedAt),
            ms: 0,
          }
        : null;
    return {
      ...base,
      id: failed ? outcome.id : null,
      action: 'none',
      validation: failed ? 'failed' : 'not_tried',
      code: failed ? outcome.code : null,
      scheduled: null,
      smokeModelSeen: false,
      models: [],
      probe,
    };
  }
  const retired = record.retired.get(account.id);
  const undone = step.action === 'create' && record.undone !== 'nothing' && !isLeft(record, 'account', step.name);
  return {
    ...base,
    id: account.id,
    action: undone ? 'rolled_back' : (retired ?? (step.action === 'create' ? 'created' : 'unchanged')),
    validation: verdict?.validation ?? 'not_tried',
    code: verdict?.code ?? null,
    scheduled:
      undone || retired === 'removed'
        ? null
        : retired === 'disabled'
          ? false
          : account.scheduled && account.state === 'active',
    smokeModelSeen: verdict?.smokeModelSeen ?? false,
    models: verdict?.models ?? [],
    probe: verdict?.probe ? { ...verdict.probe, startedAt: iso(verdict.probe.startedAt) } : null,
  };
}

function keyReports(record: RunRecord): KeyReport[] {
  const steps = new Map(record.plan.accounts.map((step) => [step.fingerprint, step]));
  return record.keyFile.entries.map((entry): KeyReport => {
    if (entry.kind === 'malformed')
      return { line: entry.line, fingerprint: null, last4: '', outcome: 'malformed', duplicateOf: null, account: null };
    const { line, fingerprint, last4, duplicateOf } = entry;
    const step = steps.get(fingerprint);
    if (duplicateOf !== null)
      return { line, fingerprint, last4, outcome: 'duplicate', duplicateOf, account: step?.name ?? null };
    return {
      line,
      fingerprint,
      last4,
      outcome: step === undefined ? 'not_tried' : keyOutcome(step, record),
      duplicateOf,
      account: step?.name ?? null,
    };
  });
}

/** What became of a key as things ended. */
function keyOutcome(step: AccountStep, record: RunRecord): KeyReport['outcome'] {
  const verdict = record.verdicts.get(step.fingerprint)?.validation;
  if (step.action === 'unchanged') return verdict === 'failed' ? 'failed' : 'unchanged';
  const made = record.outcomes.get(step.fingerprint);
  if (made === undefined || made.outcome === 'not_tried') return 'not_tried';
  if (made.outcome === 'unsettled') return 'unsettled';
  if (made.outcome === 'failed') return 'failed';
  if (record.undone !== 'nothing') return isLeft(record, 'account', step.name) ? 'failed' : 'rolled_back';
  return verdict === 'failed' ? 'failed' : 'added';
}

function summarise(
  record: RunRecord,
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
  };
}
