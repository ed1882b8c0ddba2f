import { applyAccounts } from '../apply/apply-accounts.ts';
import { applyResources, type Resources } from '../apply/apply-resources.ts';
import { acceptedKeys } from '../keys/key-file.ts';
import type { RunRecord } from '../report/run-record.ts';
import { problem, RelayError, type Problem } from '../terms/relay-error.ts';
import type { Secret } from '../terms/secret.ts';
import type { ImportJob } from './import-job.ts';
import type { RunState } from './run-import.ts';
import { RunFailure } from './run-failure.ts';

/** Group, channel, plan and accounts. Ends the run where the policy wants that, or where no account could be made. */
export async function makeObjects(job: ImportJob, { plan, tools, ledger, record }: RunState): Promise<Resources> {
  const resources = await applyResources(plan, tools, ledger);
  const steps = plan.accounts.filter((step) => step.action === 'create');
  await applyAccounts(
    { steps, groupId: resources.groupId, batchSize: job.batchSize, keyOf: keyBook(job), outcomes: record.outcomes },
    tools,
    ledger,
  );
  const bad = steps.filter((step) => record.outcomes.get(step.fingerprint)?.outcome !== 'created');
  const [first] = bad;
  if (first === undefined) return resources;
  const found = problemOf(record, first, bad.length, steps.length);
  if (plan.policy.onFailure === 'undo' || bad.length === plan.accounts.length) throw new RunFailure(found);
  record.errors.push({ ...found, stage: 'apply' });
  return resources;
}

function keyBook(job: ImportJob): (fingerprint: string) => Secret {
  const keys = new Map(acceptedKeys(job.keyFile).map((entry) => [entry.fingerprint, entry.key]));
  return (fingerprint) => {
    const key = keys.get(fingerprint);
    if (key === undefined)
      throw new RelayError('INTERNAL', `The plan names a key that the key file does not hold (${fingerprint}).`);
    return key;
  };
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
    `${bad} of ${all} accounts could not be made, the first is "${first.name}" (line ${first.line}).${said}`,
  );
}
