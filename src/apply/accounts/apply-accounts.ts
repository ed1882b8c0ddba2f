import { sameMapping, type Account, type AccountSpec, type Id } from '../../host/account.ts';
import { isAs, settingsDigest, shortName } from '../../plan/account-change.ts';
import type { ChangeLog } from '../change-log.ts';
import type { Change } from '../change.ts';
import type { AccountState } from '../drivers/account-state.ts';
import { createBatch } from './create-batch.ts';
import { isBorn, isMarkedBy, placesOf, type AccountsJob, type CreateStep, type Making } from './making.ts';
import { throwIfStopped, unstopped, type RunTools } from '../run-tools.ts';
import { bucketsOf } from '../../core/buckets.ts';

/**
 * Makes accounts in batches, then reads all of them back: an account counts as made when the host shows it with its mark,
 * whatever ids were answered, and with the settings that were sent, since the host drops some silently. Every account that
 * was sent is in the log.
 */
export async function applyAccounts(job: AccountsJob, tools: RunTools, log: ChangeLog): Promise<void> {
  const { outcomes } = job;
  for (const step of job.steps) outcomes.set(step.fingerprint, { outcome: 'not_tried' });
  const made: Making[] = [];
  let next = 0;
  let goesOn = true;
  const goesOnWith = () => goesOn && next < job.steps.length && !tools.stop.aborted;
  const makeBatch = async () => {
    const batch = await noteBatch(job.steps.slice(next, (next += job.batchSize)), job.place, tools, log);
    try {
      const ended = await createBatch(batch, job, tools, log);
      made.push(...ended.made);
      goesOn &&= ended.goesOn;
    } catch (error) {
      goesOn = false;
      throw error;
    }
    tools.emit({ type: 'step', stage: 'apply', text: `${made.length} of ${job.steps.length} accounts created` });
  };
  const makeBatches = async () => {
    while (goesOnWith()) await makeBatch();
  };
  // The first one shows whether the host takes them at all.
  if (goesOnWith()) await makeBatch();
  // What is under way when one fails is seen to its end, so that whoever undoes meets no latecomers.
  const { batches } = tools.host.info.capabilities.atOnce;
  const ends = await Promise.allSettled(Array.from({ length: batches }, makeBatches));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  await readBack(made, job, tools, log);
  throwIfStopped(tools);
}

async function noteBatch(
  steps: readonly CreateStep[],
  place: Id | null,
  { host }: RunTools,
  log: ChangeLog,
): Promise<Making[]> {
  const { concurrency, priority } = host.info.capabilities.accountSettings;
  // What the host has no setting for, it will not show.
  const absent = {
    ...(concurrency.possible ? {} : { concurrency: null }),
    ...(priority.possible ? {} : { priority: null }),
  };
  const specs = steps.map((step): AccountSpec => ({ ...step.spec, place }));
  const changes = await log.note(
    specs.map(({ name, marker, place: at, ...rest }) => ({
      kind: 'account',
      action: 'created',
      id: null,
      name,
      before: null,
      after: { marker, places: placesOf(at), digest: settingsDigest({ ...rest, name, ...absent }) },
    })),
  );
  return steps.map((step, index) => ({
    step,
    spec: specs[index] as AccountSpec,
    change: changes[index] as Change,
  }));
}

/** Compares what the host shows with what was sent, and looks for a second account of a key. */
async function readBack(made: readonly Making[], job: AccountsJob, tools: RunTools, log: ChangeLog): Promise<void> {
  if (made.length === 0) return;
  const accounts = await unstopped(tools).host.reads.accounts();
  const byFingerprint = bucketsOf(accounts, ({ marker }) => marker?.fingerprint ?? '');
  const corrected: { change: Change; id: Id; after: AccountState }[] = [];
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
        after: { ...change.after, digest: settingsDigest(account), places: account.places },
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
  if (corrected.length > 0) await log.made(corrected);
}

function differences(account: Account, spec: AccountSpec): string[] {
  return [
    ...(isBorn(account, spec) ? [] : ['place']),
    ...(account.baseUrl === spec.baseUrl ? [] : ['base URL']),
    ...(sameMapping(account.mapping, spec.mapping) ? [] : ['model mapping']),
    ...(isAs(account.concurrency, spec.concurrency) ? [] : ['concurrency']),
    ...(isAs(account.priority, spec.priority) ? [] : ['priority']),
    ...Object.keys(spec.settings)
      .filter((key) => JSON.stringify(account.settings[key]) !== JSON.stringify(spec.settings[key]))
      .map(shortName),
  ];
}
