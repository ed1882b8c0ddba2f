import { isOfKey, type Account, type Id } from '../../host/account.ts';
import { platforms } from '../../core/modes.ts';
import type { Secret } from '../../core/secrets/secret.ts';
import type { ChangeLog } from '../change-log.ts';
import { accountStateSchema, type AccountState } from '../drivers/account-state.ts';
import { unkeptOfAccount } from '../drivers/hidden-settings.ts';
import type { Leftover } from '../leftover.ts';
import { undo, type Undone } from '../undo/undo.ts';
import { unstopped, type RunTools } from '../run-tools.ts';
import { bucketsOf } from '../../core/buckets.ts';
import { applyAccounts } from './apply-accounts.ts';
import type { AccountOutcome, CreateStep } from './making.ts';
import { noteTested } from './note-tested.ts';
import { trySetEnabled } from './set-enabled.ts';

/** How many are made by one request, where the host takes several. */
const batchSize = 50;

/** An account that a run has removed, as its journal tells it. */
export interface RemovedAccount {
  id: Id;
  name: string;
  platform: string;
  before: object;
}

/** Keys by their fingerprints. */
export type Keys = ReadonlyMap<string, Secret>;

interface Returning {
  removed: RemovedAccount;
  before: AccountState;
  step: CreateStep;
  place: Id;
}

/** What of removed accounts can be made anew with these keys, and what cannot. What is there again counts among neither. */
export function sortRemoved(
  removed: readonly RemovedAccount[],
  keys: Keys,
  accounts: readonly Account[],
): { returning: Returning[]; lost: RemovedAccount[] } {
  const lost: RemovedAccount[] = [];
  const returning: Returning[] = [];
  for (const each of removed) {
    const before = accountStateSchema.safeParse(each.before).data ?? {};
    if (accounts.some(({ marker }) => isOfKey(marker, before.marker))) continue;
    const step = stepOf(each, before);
    const [place] = before.places ?? [];
    if (step !== undefined && place !== undefined && keys.has(step.fingerprint))
      returning.push({ removed: each, before, step, place });
    else lost.push(each);
  }
  return { returning, lost };
}

/**
 * Makes accounts anew that a run has removed, as they were, and looks whether they are there. They are no change of that run:
 * rolling it back once more leaves them. Returns what is back, and what is not.
 */
export async function giveBack(
  removed: readonly RemovedAccount[],
  keys: Keys,
  given: RunTools,
  log: ChangeLog,
): Promise<{ back: Undone[]; lost: RemovedAccount[]; leftovers: Leftover[] }> {
  const tools = unstopped(given);
  const { lastSeq } = log;
  const accounts = await tools.host.reads.accounts();
  const { returning, lost } = sortRemoved(removed, keys, accounts);
  const outcomes = new Map<string, AccountOutcome>();
  for (const [place, some] of bucketsOf(returning, (each) => each.place)) {
    const known = new Set(accounts.map(({ id }) => id));
    const steps = some.map(({ step }) => step);
    await applyAccounts({ steps, place, batchSize, keyOf: (of) => keyFor(of, keys), known, outcomes }, tools, log);
  }
  const made: { each: Returning; account: Account }[] = [];
  for (const each of returning) {
    const end = outcomes.get(each.step.fingerprint);
    if (end?.outcome === 'created') made.push({ each, account: end.account });
    else lost.push(each.removed);
  }
  const off = made.filter(({ each: { before } }) => before.enabled === false).map(({ account }) => account);
  if (off.length > 0) await trySetEnabled(off, false, tools, log);
  const tested = made.filter(({ each: { before } }) => before.tested === true);
  for (const [run, some] of bucketsOf(tested, ({ each: { step } }) => step.spec.marker.run))
    await noteTested(
      some.map(({ account: { id } }) => id),
      run,
      tools,
    );
  const ids = new Set(made.map(({ account }) => account.id));
  const own = log.changes.filter(({ seq, kind }) => kind === 'account' && seq > lastSeq);
  await log.revert(own.filter(({ id }) => id !== null && ids.has(id)));
  const { leftovers } = await undo(
    own.filter((change) => log.changes.includes(change)),
    tools,
    log,
  );
  const back = made.map(({ account: { id, name } }) => ({ kind: 'account', id, name }));
  return { back, lost, leftovers };
}

function keyFor(fingerprint: string, keys: Keys): Secret {
  const key = keys.get(fingerprint);
  if (key === undefined) throw new Error('an account without a key is not made');
  return key;
}

/** How an account is made that is as this one was; nothing where that is not known any more. */
function stepOf({ name, platform }: RemovedAccount, before: AccountState): CreateStep | undefined {
  const { marker, baseUrl, mapping, concurrency = 0, priority = 0, settings = {}, enabled = true } = before;
  const known = platforms.find((each) => each === platform);
  if (known === undefined || !marker || typeof baseUrl !== 'string' || mapping === undefined) return undefined;
  if (unkeptOfAccount(before).length > 0) return undefined;
  const { fingerprint, last4 = '' } = marker;
  const set = Object.entries(settings).flatMap(([key, setting]) => (setting === null ? [] : [[key, setting.value]]));
  return {
    action: 'create',
    line: 0,
    fingerprint,
    last4,
    enabled,
    name,
    spec: {
      name,
      platform: known,
      baseUrl,
      mapping,
      concurrency,
      priority,
      settings: Object.fromEntries(set),
      marker,
    },
  };
}
