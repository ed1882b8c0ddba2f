import { ChangeLog } from '../apply/change-log.ts';
import type { Objects } from '../apply/change.ts';
import { leftoverOf, type Leftover } from '../apply/leftover.ts';
import { removeAccounts } from '../apply/accounts/remove-accounts.ts';
import { removeObjects } from '../apply/remove-objects.ts';
import { inStage, throwIfStopped, type RunTools } from '../apply/run-tools.ts';
import { HostFailure } from '../host/host-failure.ts';
import type { Account, Channel, Group, Id, Plan, Subscription } from '../host/objects.ts';
import type { Provider } from '../pack/manifest.ts';
import { managedAccounts } from '../plan/managed-accounts.ts';
import { resourceName } from '../plan/names.ts';
import { isMarkedFor } from '../plan/plan-group.ts';
import { staleStagingGroups } from '../plan/staging-groups.ts';
import type { AccessMode } from '../core/modes.ts';
import { leftProbeUsers, removeProbeUsers } from './left-probe-users.ts';
import { takeSnapshot } from './read-status.ts';

/** What relay manages for a provider in one access mode, and what hangs on it. */
export interface Managed {
  access: AccessMode;
  group: Group | null;
  channel: Channel | null;
  plan: Plan | null;
  accounts: Account[];
  stagingGroups: Group[];
  /** Of users, in the group. */
  subscriptions: Subscription[];
  /** Keys of users that are bound to the group. */
  keys: Id[];
  /** Accounts of others in the group: then group, channel and tariff stay. */
  foreign: Account[];
}

export interface Removal {
  removed: { kind: string; id: Id; name: string }[];
  /** Others use it, so it stays. */
  shared: { kind: string; id: Id; name: string; why: string }[];
  leftovers: Leftover[];
}

/** Everything that would go. Sends nothing but reads. */
export async function findManaged(
  provider: Provider,
  modes: readonly AccessMode[],
  tools: RunTools,
): Promise<Managed[]> {
  const held = await takeSnapshot(tools);
  const { reads } = tools.host;
  const found: Managed[] = [];
  for (const access of modes) {
    const name = resourceName(provider.id, access);
    const group = held.groups.find((each) => each.name === name && isMarkedFor(each, { provider, access })) ?? null;
    const own = managedAccounts({ provider, access, run: '', accounts: 'reconcile' }, held, group ?? undefined);
    const accounts = [...own.byFingerprint.values(), ...own.superseded];
    const inGroup = held.accounts.filter((account) => group !== null && account.groupIds.includes(group.id));
    const channel = held.channels.find(
      (each) => group !== null && each.name === name && each.groupIds.includes(group.id),
    );
    const managed: Managed = {
      access,
      group,
      channel: channel ?? null,
      plan: held.plans.find((each) => group !== null && each.name === name && each.groupId === group.id) ?? null,
      accounts,
      stagingGroups: staleStagingGroups({ provider, access, run: '' }, held.groups, held.accounts),
      subscriptions: group === null ? [] : (await reads.subscriptionsOfGroup(group.id)).filter((each) => each.active),
      keys: group === null ? [] : await reads.keysOfGroup(group.id),
      foreign: inGroup.filter((account) => !accounts.includes(account)),
    };
    if (group !== null || accounts.length + managed.stagingGroups.length > 0) found.push(managed);
  }
  return found;
}

/**
 * Takes off the host what relay manages for a provider: tariff, subscriptions, channel, accounts, group, in this order, so
 * that nothing dangles. What others use stays and is named. Safe to repeat.
 */
export async function removeProvider(all: readonly Managed[], tools: RunTools): Promise<Removal> {
  const log = new ChangeLog(tools.journal);
  const result: Removal = { removed: [], shared: [], leftovers: [] };
  const { orphans } = await leftProbeUsers('', tools);
  result.leftovers.push(...(await removeProbeUsers(orphans, tools)));
  result.removed.push(
    ...orphans
      .filter(({ email }) => !result.leftovers.some(({ name }) => name === email))
      .map(({ id, email }) => ({ kind: 'user', id, name: email })),
  );
  for (const managed of all) {
    throwIfStopped(tools);
    await inStage(
      tools,
      'remove',
      `Remove what is managed (${managed.access.replace('_', '-')})`,
      () => removeMode(managed, tools, log, result),
      () => ({ ok: result.leftovers.length === 0, text: `${result.removed.length} removed` }),
    );
  }
  return result;
}

type Resource = 'group' | 'channel' | 'tariff' | 'subscription';

async function removeMode(managed: Managed, tools: RunTools, log: ChangeLog, result: Removal): Promise<void> {
  const { group, channel, plan, accounts, subscriptions, stagingGroups, foreign } = managed;
  const { reads } = tools.host;
  const take = async <K extends Resource>(
    kind: K,
    objects: readonly Objects[K][],
    list: () => Promise<Objects[K][]>,
  ) => {
    const { removed, leftovers } = await removeObjects(kind, objects, tools, list);
    result.leftovers.push(...leftovers);
    result.removed.push(...removed.map((each) => ({ kind, id: each.id, name: nameOf(each) })));
  };
  const isShared = foreign.length > 0;
  if (isShared && group !== null) nameShared(managed, group, result);
  if (!isShared && plan !== null) await take('tariff', [plan], () => reads.plans());
  if (!isShared && group !== null)
    await take('subscription', subscriptions, () => reads.subscriptionsOfGroup(group.id));
  if (!isShared && channel !== null && group !== null) {
    const others = await otherGroups(channel, group, tools);
    if (others.length === 0) await take('channel', [channel], () => reads.channels());
    else await detachChannel(channel, group, others, tools, result);
  }
  const { removed, left, leftovers } = await removeAccounts(accounts, tools, log);
  result.removed.push(...removed.map(({ id, name }) => ({ kind: 'account', id, name })));
  result.leftovers.push(
    ...left.map(({ id, name }) =>
      leftoverOf({ kind: 'account', action: 'created', id, name }, 'it could not be removed', tools.host),
    ),
    ...leftovers.filter(({ id }) => !left.some((each) => each.id === id)),
  );
  throwIfStopped(tools);
  await take('group', stagingGroups, () => reads.groups());
  // A group that goes before what hangs on it would leave that dangling.
  if (!isShared && group !== null && result.leftovers.length === 0) await take('group', [group], () => reads.groups());
}

function nameOf(object: Objects[Resource]): string {
  return 'name' in object ? object.name : `user ${object.userId}`;
}

async function otherGroups(channel: Channel, group: Group, { host }: RunTools): Promise<Id[]> {
  const groups = new Set((await host.reads.groups()).map((each) => each.id));
  return channel.groupIds.filter((id) => id !== group.id && groups.has(id));
}

/** A channel with groups of others stays and lets go of this one. */
async function detachChannel(
  channel: Channel,
  group: Group,
  others: readonly Id[],
  { host }: RunTools,
  result: Removal,
): Promise<void> {
  const { id, active: _, ...spec } = channel;
  try {
    await host.writes.updateChannel(id, { ...spec, groupIds: [...others] });
  } catch (failure) {
    if (!(failure instanceof HostFailure)) throw failure;
  }
  const now = (await host.reads.channels()).find((each) => each.id === id);
  const why = `it also holds ${others.length} group${others.length === 1 ? '' : 's'} of others`;
  if (now?.groupIds.includes(group.id) === false) result.shared.push({ kind: 'channel', id, name: channel.name, why });
  else
    result.leftovers.push(
      leftoverOf({ kind: 'channel', action: 'updated', id, name: channel.name }, 'it still holds the group', host),
    );
}

function nameShared({ channel, plan, foreign }: Managed, group: Group, result: Removal): void {
  const why = `${foreign.length} account${foreign.length === 1 ? '' : 's'} of others ${foreign.length === 1 ? 'is' : 'are'} in the group`;
  for (const [kind, each] of [
    ['group', group],
    ['channel', channel],
    ['tariff', plan],
  ] as const)
    if (each !== null) result.shared.push({ kind, id: each.id, name: each.name, why });
}
