import { formatCount } from '../../core/counted.ts';
import { isOfOne } from '../../apply/ends-run.ts';
import { makeStaging } from '../../apply/accounts/staging.ts';
import { setEnabled } from '../../apply/accounts/set-enabled.ts';
import { throwIfStopped } from '../../apply/run-tools.ts';
import { updateAccount } from '../../apply/accounts/update-account.ts';
import { applyAccounts } from '../../apply/accounts/apply-accounts.ts';
import { applyResources } from '../../apply/apply-resources.ts';
import type { Account, Id } from '../../host/account.ts';
import type { AccountStep } from '../../plan/import-plan.ts';
import type { RunRecord } from '../../report/run-record.ts';
import { problem, type Problem } from '../../core/relay-error.ts';
import type { ImportRun } from './import-run.ts';
import { RunFailure } from './failure/run-failure.ts';
import { failedUpdate } from './rolling-update.ts';
import { isRolling } from './verify-accounts.ts';

/**
 * Resources and accounts. Returns the place that the accounts serve in. Ends the run where the policy wants that, or where
 * no account could be made.
 */
export async function makeObjects(run: ImportRun): Promise<Id> {
  const { job, plan, tools, log, record } = run;
  const place = await applyResources(plan, tools, log);
  if (plan.staging?.by === 'place') {
    const { provider } = job;
    run.staging = await makeStaging(
      { name: plan.staging.name, provider, access: plan.access, run: plan.run },
      tools,
      log,
    );
  }
  const isRefused = ({ fingerprint }: AccountStep) => run.keyVerdicts.get(fingerprint)?.validation === 'failed';
  const steps = plan.accounts.filter((step) => step.action === 'create').filter((step) => !isRefused(step));
  await applyAccounts(
    {
      steps,
      place: plan.staging?.by === 'pin' ? null : (run.staging?.id ?? place),
      batchSize: job.batchSize,
      keyOf: run.keyOf,
      known: plan.knownAccounts,
      outcomes: record.outcomes,
    },
    tools,
    log,
  );
  await disableUnwanted(steps, run);
  await updateIdle(run);
  const bad = plan.accounts.filter((step) => {
    // Told already, as a key that failed its test.
    if (isRefused(step)) return false;
    const outcome = record.outcomes.get(step.fingerprint)?.outcome;
    return step.action === 'create' ? outcome !== 'created' : outcome === 'failed' || outcome === 'unsettled';
  });
  const [first] = bad;
  if (first === undefined) return place;
  const found = problemOf(record, first, bad.length, plan.accounts.length);
  if (run.undoesOnFailure || bad.length === plan.accounts.length) throw new RunFailure(found);
  run.fail('apply', found);
  return place;
}

/** Accounts that the key file gives and disables. */
async function disableUnwanted(
  steps: readonly Extract<AccountStep, { action: 'create' }>[],
  run: ImportRun,
): Promise<void> {
  const unwanted = steps.flatMap(({ enabled, fingerprint }) => {
    const outcome = run.record.outcomes.get(fingerprint);
    return !enabled && outcome?.outcome === 'created' ? [{ fingerprint, account: outcome.account }] : [];
  });
  await disable(unwanted, run, 'created');
}

async function disable(
  unwanted: readonly { fingerprint: string; account: Account }[],
  { tools, log, record }: ImportRun,
  outcome: 'created' | 'updated',
): Promise<void> {
  const accounts = unwanted.map(({ account }) => account);
  const now = await setEnabled(accounts, false, tools, log, 'operator');
  for (const [index, { fingerprint, account }] of unwanted.entries())
    record.outcomes.set(fingerprint, { outcome, account: now[index] ?? account });
}

/** Changes what serves nobody, and of what serves the settings that no test need prove. */
async function updateIdle(run: ImportRun): Promise<void> {
  const { plan, tools, log, record } = run;
  for (const step of plan.accounts) {
    if (step.action === 'create' || step.action === 'unchanged' || isRolling(step)) continue;
    throwIfStopped(tools);
    try {
      const account = await updateAccount(step, tools, log);
      record.outcomes.set(step.fingerprint, { outcome: 'updated', account });
      if (step.change.enabled === false) await disable([{ fingerprint: step.fingerprint, account }], run, 'updated');
    } catch (error) {
      if (!isOfOne(error) || run.undoesOnFailure) throw error;
      record.outcomes.set(step.fingerprint, failedUpdate(error, step));
    }
  }
}

function problemOf(
  record: RunRecord,
  first: { name: string; line: number; fingerprint: string },
  bad: number,
  all: number,
): Problem {
  const outcome = record.outcomes.get(first.fingerprint);
  const code =
    outcome?.outcome === 'unsettled'
      ? 'WRITE_UNSETTLED'
      : outcome?.outcome === 'failed'
        ? outcome.code
        : 'WRITE_REFUSED';
  const said = outcome !== undefined && 'message' in outcome ? ` ${outcome.message}` : '';
  return problem(
    code,
    `${formatCount(bad)} of ${formatCount(all)} accounts could not be made or changed, the first is "${first.name}" (line ${first.line}).${said}`,
    outcome?.outcome === 'failed' ? outcome.hint : undefined,
  );
}
