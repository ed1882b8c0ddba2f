import { noJournal, type RunJournal } from '../../apply/journal.ts';
import { inStage, signalOf, type RunTools } from '../../apply/run-tools.ts';
import { counted, enumerated } from '../../core/counted.ts';
import type { RunOrder } from '../../journal/entries.ts';
import { acts, changesAnything, isForTheEnd } from '../../plan/import-plan.ts';
import { buildReport } from '../../report/build-report.ts';
import type { Report } from '../../report/report-schema.ts';
import type { RunRecord } from '../../report/run-record.ts';
import { afterFailure } from './failure/after-failure.ts';
import { beginLine } from './begin-journal.ts';
import { removeStaging, removeStale } from './clean-up.ts';
import { ImportRun } from './import-run.ts';
import { removeLeftClients, stayingClients } from '../left-clients.ts';
import { makeObjects } from './make-objects.ts';
import { openAccess } from './open-access.ts';
import type { PreparedImport } from './prepare-import.ts';
import { promoteAccounts } from './promote-accounts.ts';
import { resolveRemaining } from './failure/resolve-remaining.ts';
import { rollingUpdate } from './rolling-update.ts';
import { asRunFailure, type StagedFailure } from './failure/run-failure.ts';
import { testKeysFirst } from './test-keys-first.ts';
import { verifyAccounts } from './verify-accounts.ts';

/** What an import is executed with. */
export interface ExecuteEnv {
  tools: RunTools;
  /** Milliseconds since 1970. */
  startedAt: number;
  /** The stages so far, of which the report tells. */
  stages: () => RunRecord['run']['stages'];
  /** Opens the journal of a run that changes something; `null` for a host that does not outlive the run. */
  openJournal: (begin: RunOrder) => Promise<RunJournal | null>;
}

/**
 * Carries a plan out: objects, tests, access, removals; undoes what it made where the policy wants that. Reports how it
 * ended, whatever the host or a vendor does. Throws `STATE_UNWRITABLE` before anything was sent.
 */
export async function executeImport(prepared: PreparedImport, env: ExecuteEnv): Promise<Report> {
  const { job, plan, earlier } = prepared;
  const { host } = env.tools;
  const kept = earlier !== null || acts(plan);
  const journal = kept ? await env.openJournal(beginLine(job, host, env.startedAt)) : null;
  const run = new ImportRun(prepared, { ...env.tools, journal: journal ?? noJournal }, env.startedAt);
  try {
    await run.during('apply', () => removeLeft(run));
    await run.during('verify', () => testKeysFirst(run));
    const place = await run.during('apply', () => makeAll(run));
    await run.during('verify', () => verifyAccounts(place, run));
    await run.during('access', () => promoteAccounts(place, run));
    await run.during('verify', () => rollingUpdate(run));
    await run.during('access', () => openAccess(place, run));
    await run.during('remove', () => removeStale(run));
    await run.during('remove', () => removeStaging(run));
    await run.during('remove', () => resolveRemaining(null, run));
  } catch (error) {
    await endEarly(asRunFailure(error, 'apply'), run);
  }
  run.record.run.finishedAt = env.tools.clock.now();
  run.record.run.stages = env.stages();
  const { summary } = run.pace;
  run.record.run.pace = summary.most === 0 ? null : summary;
  run.record.run.journal = journal === null ? null : { ...journal.tally };
  run.record.run.budget = host.budget();
  const report = buildReport(run.record);
  await journal?.end(report.batchStatus, report.exitCode);
  return report;
}

async function removeLeft(run: ImportRun): Promise<void> {
  const left = await removeLeftClients(run.plan.stale.clients, run.tools);
  for (const found of stayingClients(left)) run.warn('apply', found);
}

function makeAll(run: ImportRun): ReturnType<typeof makeObjects> {
  if (!changesAnything(run.plan)) return makeObjects(run);
  return inStage(
    run.tools,
    'apply',
    'Apply',
    () => makeObjects(run),
    () => ({ ok: true, text: appliedText(run) }),
  );
}

function appliedText({ plan, record }: ImportRun): string {
  const made = [...record.outcomes.values()].filter(({ outcome }) => outcome === 'created').length;
  const kinds = plan.resources.filter((step) => !isForTheEnd(step)).map(({ kind }) => kind);
  const parts = [
    ...(kinds.length === 0 ? [] : [`${enumerated(kinds)} ${kinds.length === 1 ? 'is' : 'are'} in place`]),
    ...(made === 0 ? [] : [`${counted(made, 'account')} created`]),
  ];
  return parts.join(', ') || 'nothing to make';
}

async function endEarly(failure: StagedFailure, run: ImportRun): Promise<void> {
  const { record, tools } = run;
  record.aborted = true;
  run.fail(failure.stage, failure.problem);
  record.interruptedBy = signalOf(tools.stop);
  if (failure.problem.code === 'JOURNAL_FAILED') run.giveUpJournal();
  run.leave(await run.clientKeys.remove());
  const title = run.undoesOnFailure ? 'Undo' : 'Tidy up';
  await inStage(
    tools,
    'undo',
    title,
    () => afterFailure(failure, run),
    () => undoText(record),
  );
}

function undoText(record: RunRecord): { ok: boolean; text: string } {
  if (record.leftovers.length > 0) return { ok: false, text: `${record.leftovers.length} left on the host` };
  return { ok: true, text: record.undone ? 'the host is as it was' : 'kept what works' };
}
