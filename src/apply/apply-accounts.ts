import type { CreatedAccount } from '../host/host.ts';
import type { Account, AccountSpec, Id } from '../host/objects.ts';
import type { AccountStep } from '../plan/import-plan.ts';
import { settingsDigest } from '../plan/account-change.ts';
import { sameMapping } from '../plan/plan-channel.ts';
import { RelayError } from '../terms/relay-error.ts';
import type { Secret } from '../terms/secret.ts';
import type { Ledger } from './ledger.ts';
import { performWrite } from './perform-write.ts';
import { throwIfStopped, type RunTools } from './run-tools.ts';

type CreateStep = Extract<AccountStep, { action: 'create' }>;

/** How the making or changing of one account ended. */
export type AccountOutcome =
  | { outcome: 'created' | 'updated'; account: Account }
  | {
      outcome: 'failed';
      code: 'WRITE_REFUSED' | 'SETTINGS_DROPPED' | 'GATEWAY_NOT_READY';
      message: string;
      id: Id | null;
    }
  | { outcome: 'unsettled'; message: string }
  | { outcome: 'not_tried' };

export interface AccountsJob {
  steps: readonly CreateStep[];
  groupId: Id;
  batchSize: number;
  keyOf: (fingerprint: string) => Secret;
  /** Filled with one outcome for each fingerprint, also when this throws. */
  outcomes: Map<string, AccountOutcome>;
}

/**
 * Makes accounts in batches, then reads all of them back and compares, since the host drops some settings silently.
 * Every account that exists is in the ledger.
 */
export async function applyAccounts(job: AccountsJob, tools: RunTools, ledger: Ledger): Promise<void> {
  const { outcomes } = job;
  for (const step of job.steps) outcomes.set(step.fingerprint, { outcome: 'not_tried' });
  const created = new Map<CreateStep, Id>();
  for (let start = 0; start < job.steps.length; start += job.batchSize) {
    if (tools.stop.aborted) break;
    const batch = job.steps.slice(start, start + job.batchSize);
    const went = await createBatch(batch, job, tools, ledger, outcomes, created);
    tools.emit({ type: 'step', stage: 'apply', text: `${created.size} of ${job.steps.length} accounts created` });
    if (!went) break;
  }
  await readBack(created, job.groupId, tools, outcomes, ledger);
  throwIfStopped(tools);
}

/** Returns whether more batches are worth trying. */
async function createBatch(
  batch: readonly CreateStep[],
  job: AccountsJob,
  tools: RunTools,
  ledger: Ledger,
  outcomes: Map<string, AccountOutcome>,
  created: Map<CreateStep, Id>,
): Promise<boolean> {
  const specs = batch.map((step): AccountSpec => ({ ...step.spec, groupId: job.groupId }));
  const take = (step: CreateStep, id: Id) => {
    created.set(step, id);
    const digest = settingsDigest(step.spec);
    ledger.record({ kind: 'account', action: 'created', id, name: step.name, digest });
  };
  let results: CreatedAccount[];
  try {
    results = await performWrite(
      {
        kind: 'account',
        name: batch[0]?.name ?? '',
        what: `create ${batch.length} account${batch.length === 1 ? '' : 's'} ("${batch[0]?.name ?? ''}" …)`,
        stage: 'apply',
        send: () =>
          tools.host.writes.createAccounts(
            specs,
            (spec) => job.keyOf(spec.marker.fingerprint),
            tools.clock.randomHex(16),
          ),
        look: async () => {
          const found = await ownAccounts(batch, tools);
          // Part of a batch is a result too: the rest of it was not done.
          return found.size === 0
            ? undefined
            : batch.map((step): CreatedAccount => foundResult(found.get(step.fingerprint)));
        },
      },
      tools,
    );
  } catch (error) {
    if (!(error instanceof RelayError) || (error.code !== 'WRITE_REFUSED' && error.code !== 'WRITE_UNSETTLED'))
      throw error;
    for (const step of batch)
      outcomes.set(
        step.fingerprint,
        error.code === 'WRITE_UNSETTLED'
          ? { outcome: 'unsettled', message: error.message }
          : { outcome: 'failed', code: 'WRITE_REFUSED', message: error.message, id: null },
      );
    return false;
  }
  const refused = batch.filter((_, index) => results[index]?.ok !== true);
  // A refused item of a batch can exist all the same, without its group.
  const ghosts = refused.length === 0 ? new Map<string, Account>() : await ownAccounts(refused, tools);
  for (const [index, step] of batch.entries()) {
    const result = results[index];
    const ghost = ghosts.get(step.fingerprint);
    if (result?.ok === true) take(step, result.id);
    else if (ghost?.groupIds.includes(job.groupId) === true) take(step, ghost.id);
    else {
      if (ghost !== undefined) ledger.record({ kind: 'account', action: 'created', id: ghost.id, name: step.name });
      outcomes.set(step.fingerprint, {
        outcome: 'failed',
        code: 'WRITE_REFUSED',
        message: `The host refused the account: ${result?.ok === false ? result.message : 'no answer'}`,
        id: ghost?.id ?? null,
      });
    }
  }
  return true;
}

function foundResult(account: Account | undefined): CreatedAccount {
  return account === undefined
    ? { ok: false, message: 'the answer of the host was lost, and the account does not exist' }
    : { ok: true, id: account.id };
}

/** The accounts of these steps that this run has made, by fingerprint. */
async function ownAccounts(steps: readonly CreateStep[], tools: RunTools): Promise<Map<string, Account>> {
  const wanted = new Map(steps.map((step) => [step.fingerprint, step]));
  const found = new Map<string, Account>();
  for (const account of await tools.host.reads.accounts()) {
    const step = wanted.get(account.marker?.fingerprint ?? '');
    if (
      step !== undefined &&
      account.marker?.run === step.spec.marker.run &&
      account.marker.access === step.spec.marker.access &&
      account.marker.provider === step.spec.marker.provider
    )
      found.set(step.fingerprint, account);
  }
  return found;
}

async function readBack(
  created: ReadonlyMap<CreateStep, Id>,
  groupId: Id,
  tools: RunTools,
  outcomes: Map<string, AccountOutcome>,
  ledger: Ledger,
): Promise<void> {
  if (created.size === 0) return;
  const now = new Map((await tools.host.reads.accounts()).map((account) => [account.id, account]));
  for (const [step, id] of created) {
    const account = now.get(id);
    const lost = account === undefined ? ['existence'] : differences(account, step, groupId);
    if (account !== undefined && lost.length === 0) outcomes.set(step.fingerprint, { outcome: 'created', account });
    else {
      // The host, not somebody else, made it other than it was sent.
      for (const deed of ledger.deeds)
        if (deed.kind === 'account' && deed.action === 'created' && deed.id === id) deed.digest = undefined;
      outcomes.set(step.fingerprint, {
        outcome: 'failed',
        code: 'SETTINGS_DROPPED',
        message: `The host stored the account with another ${lost.join(', ')} than was sent.`,
        id,
      });
    }
  }
}

function differences(account: Account, { spec }: CreateStep, groupId: Id): string[] {
  return [
    ...(account.groupIds.includes(groupId) ? [] : ['group']),
    ...(account.marker?.fingerprint === spec.marker.fingerprint ? [] : ['marker']),
    ...(account.baseUrl === spec.baseUrl ? [] : ['base URL']),
    ...(sameMapping(account.mapping, spec.mapping) ? [] : ['model mapping']),
    ...(account.concurrency === spec.concurrency ? [] : ['concurrency']),
    ...(account.priority === spec.priority ? [] : ['priority']),
    ...Object.keys(spec.extra).filter((key) => JSON.stringify(account.extra[key]) !== JSON.stringify(spec.extra[key])),
  ];
}
