import { noteTested, retireAccounts, setScheduled } from '../apply/retire-accounts.ts';
import { inStage, throwIfStopped } from '../apply/run-tools.ts';
import { problem } from '../terms/relay-error.ts';
import { probeAccounts, type AccountVerdict } from '../verify/probe-accounts.ts';
import type { ImportJob } from './import-job.ts';
import { RunFailure, verdictProblem } from './run-failure.ts';
import type { RunState } from './run-import.ts';

/** Tests what was made and what was out of service; ends the run or takes the failed out of service, as the policy says. */
export async function verifyAccounts(job: ImportJob, state: RunState): Promise<void> {
  const { plan, tools, record } = state;
  const unchanged = plan.accounts.filter((step) => step.action === 'unchanged');
  const retested = unchanged.filter((step) => step.retest !== null).map((step) => step.account);
  const heldOut = new Set(unchanged.filter((step) => step.retest === 'held_out').map((step) => step.account.id));
  const made = plan.accounts.flatMap((step) => {
    const outcome = record.outcomes.get(step.fingerprint);
    return outcome?.outcome === 'created' ? [outcome.account] : [];
  });
  const accounts = [...retested, ...made];
  if (accounts.length === 0) return;
  const probing = {
    accounts,
    provider: job.provider,
    concurrency: job.concurrency,
    endsOnError: plan.policy.onFailure === 'undo',
    retested: new Set(retested.map((account) => account.id)),
  };
  const title = `Test ${accounts.length} account${accounts.length === 1 ? '' : 's'}`;
  const verdicts = await inStage(
    tools,
    'verify',
    title,
    () => probeAccounts(probing, tools),
    (all) => ({ ok: all.every(works), text: verdictText(all) }),
  );
  for (const verdict of verdicts) {
    record.verdicts.set(verdict.account.marker?.fingerprint ?? '', verdict);
    if (verdict.validation === 'warning' && verdict.code !== null)
      state.warn('verify', problem(verdict.code, `${verdict.account.name}: ${verdict.probe?.message ?? ''}`));
  }
  const failed = verdicts.filter((verdict) => verdict.validation === 'failed');
  const [first] = failed;
  const undoes = plan.policy.onFailure === 'undo' && (first !== undefined || tools.stop.aborted);
  if (!undoes) await note(verdicts.filter(works), state);
  throwIfStopped(tools);
  if (undoes && first !== undefined) throw new RunFailure(verdictProblem(first, failed.length, verdicts.length));
  for (const verdict of failed) record.errors.push({ ...verdictProblem(verdict, 1, verdicts.length), stage: 'verify' });
  await retire(
    failed.map((verdict) => verdict.account),
    state,
  );
  await revive(
    verdicts.filter((verdict) => works(verdict) && heldOut.has(verdict.account.id) && !verdict.account.scheduled),
    state,
  );
}

function works(verdict: AccountVerdict): boolean {
  return verdict.validation === 'passed' || verdict.validation === 'warning';
}

/** An account without the note is tested once more by the next import, so a note that is not taken is no failure. */
async function note(verdicts: readonly AccountVerdict[], { plan, tools, warn }: RunState): Promise<void> {
  const ids = verdicts.map((verdict) => verdict.account.id);
  const found = ids.length > 0 ? await noteTested(ids, plan.run, tools) : undefined;
  if (found !== undefined) warn('verify', found);
}

/** Takes accounts that are not known to work out of service, and notes it in the record. */
export async function retire(
  accounts: readonly AccountVerdict['account'][],
  { plan, tools, ledger, record }: RunState,
): Promise<void> {
  const open = accounts.filter((account) => account.scheduled || account.marker?.paused !== true);
  const { done, problems } = await retireAccounts(open, plan.policy.failedAccounts, tools, ledger);
  for (const [id, what] of done) record.retired.set(id, what);
  for (const found of problems) record.errors.push({ ...found, stage: 'verify' });
}

async function revive(verdicts: readonly AccountVerdict[], { tools, record }: RunState): Promise<void> {
  for (const verdict of verdicts) {
    const found = await setScheduled(verdict.account, true, tools);
    if (found === undefined)
      record.verdicts.set(verdict.account.marker?.fingerprint ?? '', {
        ...verdict,
        account: { ...verdict.account, scheduled: true },
      });
    else record.errors.push({ ...found, stage: 'verify' });
  }
}

function verdictText(verdicts: readonly AccountVerdict[]): string {
  const count = (validation: string) => verdicts.filter((verdict) => verdict.validation === validation).length;
  const parts = [`${count('passed')} passed`];
  if (count('warning') > 0) parts.push(`${count('warning')} with a warning`);
  if (count('failed') > 0) parts.push(`${count('failed')} failed`);
  if (count('not_tried') > 0) parts.push(`${count('not_tried')} not tried`);
  return parts.join(', ');
}
