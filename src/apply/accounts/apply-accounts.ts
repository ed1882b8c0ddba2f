import type { Account, AccountSpec, Id } from '../../host/objects.ts';
import { settingsDigest } from '../../plan/account-change.ts';
import { sameMapping } from '../../plan/plan-channel.ts';
import type { ChangeLog } from '../change-log.ts';
import type { Change } from '../change.ts';
import { createBatch } from './create-batch.ts';
import { isMarkedBy, type AccountsJob, type CreateStep, type Making } from './making.ts';
import { throwIfStopped, unstopped, type RunTools } from '../run-tools.ts';

/**
 * Makes accounts in batches, then reads all of them back: an account counts as made when the host shows it with its mark,
 * whatever ids were answered, and with the settings that were sent, since the host drops some silently. Every account that
 * was sent is in the log.
 */
export async function applyAccounts(job: AccountsJob, tools: RunTools, log: ChangeLog): Promise<void> {
  const { outcomes } = job;
  for (const step of job.steps) outcomes.set(step.fingerprint, { outcome: 'not_tried' });
  const made: Making[] = [];
  for (let start = 0; start < job.steps.length; start += job.batchSize) {
    if (tools.stop.aborted) break;
    const batch = noteBatch(job.steps.slice(start, start + job.batchSize), job.groupId, log);
    const ended = await createBatch(batch, job, tools, log);
    made.push(...ended.made);
    tools.emit({ type: 'step', stage: 'apply', text: `${made.length} of ${job.steps.length} accounts created` });
    if (!ended.goesOn) break;
  }
  await readBack(made, job, tools, log);
  throwIfStopped(tools);
}

function noteBatch(steps: readonly CreateStep[], groupId: Id, log: ChangeLog): Making[] {
  const specs = steps.map((step): AccountSpec => ({ ...step.spec, groupId }));
  const changes = log.note<'account'>(
    specs.map(({ name, marker, groupId: group, ...settings }) => ({
      kind: 'account',
      action: 'created',
      id: null,
      name,
      before: null,
      after: { marker, groupIds: [group], digest: settingsDigest({ ...settings, name }) },
    })),
  );
  return steps.map((step, index) => ({
    step,
    spec: specs[index] as AccountSpec,
    change: changes[index] as Change<'account'>,
  }));
}

/** Compares what the host shows with what was sent, and looks for a second account of a key. */
async function readBack(made: readonly Making[], job: AccountsJob, tools: RunTools, log: ChangeLog): Promise<void> {
  if (made.length === 0) return;
  const accounts = await unstopped(tools).host.reads.accounts();
  const byFingerprint = new Map<string, Account[]>();
  for (const account of accounts) {
    const fingerprint = account.marker?.fingerprint ?? '';
    byFingerprint.set(fingerprint, [...(byFingerprint.get(fingerprint) ?? []), account]);
  }
  const corrected: { change: Change<'account'>; id: Id; after: Change<'account'>['after'] }[] = [];
  for (const { step, change, spec } of made) {
    const ofKey = byFingerprint.get(step.fingerprint) ?? [];
    const account = ofKey.find((each) => each.name === step.name && isMarkedBy(each, spec));
    const rival = ofKey.find(
      (each) =>
        each !== account &&
        !job.known.has(each.id) &&
        each.marker?.provider === spec.marker.provider &&
        each.marker.access === spec.marker.access,
    );
    const lost = account === undefined ? ['existence'] : differences(account, spec);
    const { fingerprint } = step;
    if (account !== undefined && (account.id !== change.id || lost.length > 0))
      // The host, not somebody else, made it other than it was sent, or elsewhere than it said.
      corrected.push({
        change,
        id: account.id,
        after: { ...change.after, digest: settingsDigest(account), groupIds: account.groupIds },
      });
    if (rival !== undefined)
      job.outcomes.set(fingerprint, {
        outcome: 'failed',
        code: 'KEY_HAS_ACCOUNT',
        message: `The key has another account by now, "${rival.name}" (${rival.id}): it was made while this run was at work.`,
        id: account?.id ?? null,
      });
    else if (account !== undefined && lost.length === 0) job.outcomes.set(fingerprint, { outcome: 'created', account });
    else
      job.outcomes.set(fingerprint, {
        outcome: 'failed',
        code: 'SETTINGS_DROPPED',
        message: `The host stored the account with another ${lost.join(', ')} than was sent.`,
        id: account?.id ?? null,
      });
  }
  if (corrected.length > 0) log.made(corrected);
}

function differences(account: Account, spec: AccountSpec): string[] {
  return [
    ...(account.groupIds.includes(spec.groupId) ? [] : ['group']),
    ...(account.baseUrl === spec.baseUrl ? [] : ['base URL']),
    ...(sameMapping(account.mapping, spec.mapping) ? [] : ['model mapping']),
    ...(account.concurrency === spec.concurrency ? [] : ['concurrency']),
    ...(account.priority === spec.priority ? [] : ['priority']),
    ...Object.keys(spec.extra).filter((key) => JSON.stringify(account.extra[key]) !== JSON.stringify(spec.extra[key])),
  ];
}
