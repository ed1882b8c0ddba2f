import pLimit from 'p-limit';
import { HostFailure } from '../host/host-failure.ts';
import type { Host } from '../host/host.ts';
import type { AccountChange, Id } from '../host/objects.ts';
import { differencesFrom } from '../plan/account-change.ts';
import { differencesOf } from '../plan/plan-channel.ts';
import type { Deed, Ledger } from './ledger.ts';
import type { RunTools } from './run-tools.ts';

/** Something that is on the host as it should not be, with the command that removes or shows it. */
export interface Leftover {
  kind: string;
  id: Id | null;
  name: string;
  command: string;
}

/** Pauses between the rounds in which what is still there is tried again, in milliseconds. */
const roundPauses = [1000, 4000];

const atOnce = 4;

/**
 * Takes deeds back, latest first, and looks whether they are gone: an answer alone proves nothing. Every one is tried,
 * also after others failed. What is confirmed leaves the ledger; what is not comes back as a leftover.
 */
export async function undo(deeds: readonly Deed[], tools: RunTools, ledger: Ledger): Promise<Leftover[]> {
  let open = merged(deeds).toReversed();
  for (let round = 0; open.length > 0; round += 1) {
    const pause = roundPauses[round - 1];
    if (round > 0 && pause === undefined) break;
    if (pause !== undefined) await tools.clock.sleep(pause);
    for (const kind of ['subscription', 'account', 'plan', 'channel', 'group'] as const) {
      const limit = pLimit(kind === 'account' ? atOnce : 1);
      await Promise.all(open.filter((deed) => deed.kind === kind).map((deed) => limit(() => attempt(deed, tools))));
    }
    const undone = await confirmed(open, tools);
    const isDone = (deed: Deed) => undone.some((each) => each.kind === deed.kind && each.id === deed.id);
    ledger.takenBack(deeds.filter(isDone));
    open = open.filter((deed) => !undone.includes(deed));
  }
  return open.map((deed) => leftoverOf(deed, tools));
}

/** Several edits of one account are taken back by one: to the state before the first. */
function merged(deeds: readonly Deed[]): Deed[] {
  const first = new Map<Id, AccountUpdate>();
  const others = deeds.filter((deed) => !isUpdate(deed));
  for (const deed of deeds.filter(isUpdate)) {
    const earlier = first.get(deed.id);
    first.set(deed.id, earlier === undefined ? deed : { ...earlier, before: earliest(earlier.before, deed.before) });
  }
  // What was made and then edited goes whole.
  const made = new Set(others.flatMap((deed) => (deed.kind === 'account' ? [deed.id] : [])));
  return [...others, ...[...first.values()].filter((deed) => !made.has(deed.id))];
}

type AccountUpdate = Extract<Deed, { kind: 'account'; action: 'updated' }>;

function isUpdate(deed: Deed): deed is AccountUpdate {
  return deed.kind === 'account' && deed.action === 'updated';
}

function earliest(one: AccountChange, later: AccountChange): AccountChange {
  const both = (kind: 'credentials' | 'extra') =>
    one[kind] === undefined && later[kind] === undefined ? {} : { [kind]: { ...later[kind], ...one[kind] } };
  return { ...later, ...one, ...both('credentials'), ...both('extra') };
}

/** What to tell of a deed that is still on the host. */
export function leftoverOf({ kind, action, id, name }: Deed, { host }: Pick<RunTools, 'host'>): Leftover {
  return { kind, id, name, command: host.command(action === 'created' ? 'remove' : 'show', kind, id) };
}

/** How it ends is not asked here; looking tells. */
async function attempt(deed: Deed, { host, clock, journal }: RunTools): Promise<void> {
  const { writes } = host;
  journal.note({ type: 'intent', kind: deed.kind, name: deed.name, what: `take back the ${deed.kind} "${deed.name}"` });
  try {
    if (deed.action === 'extended') {
      // Shortening twice would take from the user what was there before, so it is looked at each time.
      const now = (await host.reads.subscriptionsOfGroup(deed.groupId)).find((each) => each.id === deed.id);
      if (deed.wasActive && now !== undefined && isSameTime(now.expiresAt, extendedEnd(deed)))
        await writes.extendSubscription(deed.id, -deed.byDays, clock.randomHex(16));
    } else if (deed.action === 'updated') {
      if (deed.kind === 'group') await writes.describeGroup(deed.id, deed.before.description);
      if (deed.kind === 'channel') await writes.updateChannel(deed.id, deed.before);
      if (deed.kind === 'plan') await writes.movePlan(deed.id, deed.before.groupId);
      if (deed.kind === 'account') await restoreAccount(deed, host);
    } else {
      const remove = {
        group: writes.deleteGroup,
        channel: writes.deleteChannel,
        plan: writes.deletePlan,
        account: writes.deleteAccount,
        subscription: writes.deleteSubscription,
      };
      await remove[deed.kind](deed.id);
    }
  } catch (failure) {
    if (!(failure instanceof HostFailure)) throw failure;
  }
}

type Extension = Extract<Deed, { action: 'extended' }>;

/** When a subscription ends that this run has lengthened, in milliseconds since 1970. */
export function extendedEnd({ expiresAt, byDays }: Extension): number {
  return expiresAt + byDays * 86_400_000;
}

/** Hosts round times. */
export function isSameTime(one: number, other: number): boolean {
  return Math.abs(one - other) < 60_000;
}

async function restoreAccount(deed: AccountUpdate, host: Host): Promise<void> {
  const { scheduled, ...settings } = deed.before;
  const now = await host.reads.account(deed.id);
  // First back into service, while its marker is still there to be written.
  if (now?.marker && scheduled !== undefined && now.scheduled !== scheduled)
    await host.writes.setScheduled(deed.id, scheduled, { ...now.marker, paused: undefined });
  if (now !== undefined && differencesFrom(now, settings).length > 0)
    await host.writes.changeAccount(deed.id, settings);
}

/** The deeds of which the host shows no trace any more. One that cannot be looked up counts as still there. */
async function confirmed(deeds: readonly Deed[], { host }: RunTools): Promise<Deed[]> {
  const { reads } = host;
  const of = (kind: Deed['kind']) => deeds.filter((deed) => deed.kind === kind);
  const [groups, channels, plans, accounts] = await Promise.all([
    look(of('group'), () => reads.groups()),
    look(of('channel'), () => reads.channels()),
    look(of('plan'), () => reads.plans()),
    look(of('account'), () => reads.accounts()),
  ]);
  // Subscriptions are only shown by group; a group that is gone took them along.
  const subscriptions = await look(of('subscription'), async () => {
    const groupIds = new Set(deeds.flatMap((deed) => (deed.kind === 'subscription' ? [deed.groupId] : [])));
    const there = (await reads.groups()).filter((group) => groupIds.has(group.id));
    return (await Promise.all(there.map((group) => reads.subscriptionsOfGroup(group.id)))).flat();
  });
  return deeds.filter((deed) => {
    if (deed.action === 'extended') {
      const now = subscriptions?.find((each) => each.id === deed.id);
      return now !== undefined && isSameTime(now.expiresAt, deed.expiresAt);
    }
    if (deed.action === 'created') {
      const list: readonly { id: Id }[] | undefined = {
        group: groups,
        channel: channels,
        plan: plans,
        account: accounts,
        subscription: subscriptions,
      }[deed.kind];
      return list !== undefined && !list.some((each) => each.id === deed.id);
    }
    if (deed.kind === 'group')
      return groups?.find((each) => each.id === deed.id)?.description === deed.before.description;
    if (deed.kind === 'account') {
      const account = accounts?.find((each) => each.id === deed.id);
      return account !== undefined && differencesFrom(account, deed.before).length === 0;
    }
    if (deed.kind === 'plan') return plans?.find((each) => each.id === deed.id)?.groupId === deed.before.groupId;
    const channel = channels?.find((each) => each.id === deed.id);
    return channel !== undefined && differencesOf(channel, deed.before).length === 0;
  });
}

async function look<T>(deeds: readonly Deed[], read: () => Promise<T[]>): Promise<T[] | undefined> {
  if (deeds.length === 0) return [];
  try {
    return await read();
  } catch (failure) {
    if (failure instanceof HostFailure) return undefined;
    throw failure;
  }
}
