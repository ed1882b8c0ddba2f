import { Ledger, type Deed } from '../apply/ledger.ts';
import { removeAccounts } from '../apply/remove-accounts.ts';
import { inStage, throwIfStopped, type RunTools } from '../apply/run-tools.ts';
import { undo, type Leftover } from '../apply/undo.ts';
import { HostFailure } from '../host/host-failure.ts';
import type { Account, Channel, Group, Id, Plan, Subscription } from '../host/objects.ts';
import type { Provider } from '../pack/manifest.ts';
import { managedAccounts } from '../plan/managed-accounts.ts';
import { resourceName } from '../plan/names.ts';
import { isMarkedFor } from '../plan/plan-group.ts';
import { staleSideGroups } from '../plan/side-groups.ts';
import type { AccessMode } from '../terms/modes.ts';
import { lookAtHost } from './look-at-provider.ts';

/** What relay manages for a provider in one access mode, and what hangs on it. */
export interface Managed {
  access: AccessMode;
  group: Group | null;
  channel: Channel | null;
  plan: Plan | null;
  accounts: Account[];
  sideGroups: Group[];
  /** Of users, in the group. */
  subscriptions: Subscription[];
  /** Keys of users that are bound to the group. */
  keys: Id[];
  /** Accounts of others in the group: then group, channel and plan stay. */
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
  const held = await lookAtHost(tools);
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
      sideGroups: staleSideGroups({ provider, access, run: '' }, held.groups, held.accounts),
      subscriptions: group === null ? [] : (await reads.subscriptionsOfGroup(group.id)).filter((each) => each.active),
      keys: group === null ? [] : await reads.keysOfGroup(group.id),
      foreign: inGroup.filter((account) => !accounts.includes(account)),
    };
    if (group !== null || accounts.length + managed.sideGroups.length > 0) found.push(managed);
  }
  return found;
}

/**
 * Takes off the host what relay manages for a provider: plan, subscriptions, channel, accounts, group, in this order, so
 * that nothing dangles. What others use stays and is named. Safe to repeat.
 */
export async function removeProvider(all: readonly Managed[], tools: RunTools): Promise<Removal> {
  const ledger = new Ledger(tools.journal);
  const result: Removal = { removed: [], shared: [], leftovers: [] };
  for (const managed of all) {
    throwIfStopped(tools);
    await inStage(
      tools,
      'remove',
      `Remove what is managed (${managed.access.replace('_', '-')})`,
      () => removeMode(managed, tools, ledger, result),
      () => ({ ok: result.leftovers.length === 0, text: `${result.removed.length} removed` }),
    );
  }
  return result;
}

async function removeMode(managed: Managed, tools: RunTools, ledger: Ledger, result: Removal): Promise<void> {
  const { group, channel, plan, accounts, subscriptions, sideGroups, foreign } = managed;
  const take = async (deeds: readonly Deed[]) => {
    const left = await undo(deeds, tools, ledger);
    result.leftovers.push(...left);
    const isLeft = (deed: Deed) => left.some((each) => each.kind === deed.kind && each.id === deed.id);
    result.removed.push(...deeds.filter((deed) => !isLeft(deed)).map(({ kind, id, name }) => ({ kind, id, name })));
  };
  const isShared = foreign.length > 0;
  if (isShared && group !== null) nameShared(managed, group, result);
  if (!isShared && plan !== null) await take([made('plan', plan)]);
  if (!isShared && group !== null)
    await take(
      subscriptions.map(({ id, groupId, expiresAt, userId }) => ({
        kind: 'subscription',
        action: 'created',
        id,
        name: `user ${userId}`,
        groupId,
        expiresAt,
      })),
    );
  if (!isShared && channel !== null && group !== null) await removeChannel(channel, group, tools, take, result);
  const { removed, left } = await removeAccounts(accounts, tools, ledger);
  result.removed.push(...removed.map(({ id, name }) => ({ kind: 'account', id, name })));
  result.leftovers.push(...left.map(({ id, name }) => leftAccount(id, name, tools)));
  throwIfStopped(tools);
  await take(sideGroups.map((each) => made('group', each)));
  // A group that goes before what hangs on it would leave that dangling.
  if (!isShared && group !== null && result.leftovers.length === 0) await take([made('group', group)]);
}

function made(kind: 'group' | 'channel' | 'plan', { id, name }: { id: Id; name: string }): Deed {
  return { kind, action: 'created', id, name };
}

function leftAccount(id: Id, name: string, { host }: RunTools): Leftover {
  return { kind: 'account', id, name, command: host.command('remove', 'account', id) };
}

/** A channel with groups of others stays and lets go of this one. */
async function removeChannel(
  channel: Channel,
  group: Group,
  tools: RunTools,
  take: (deeds: readonly Deed[]) => Promise<void>,
  result: Removal,
): Promise<void> {
  const groups = new Set((await tools.host.reads.groups()).map((each) => each.id));
  const others = channel.groupIds.filter((id) => id !== group.id && groups.has(id));
  if (others.length === 0) {
    await take([made('channel', channel)]);
    return;
  }
  const { id, active: _, ...spec } = channel;
  try {
    await tools.host.writes.updateChannel(id, { ...spec, groupIds: others });
  } catch (failure) {
    if (!(failure instanceof HostFailure)) throw failure;
  }
  const now = (await tools.host.reads.channels()).find((each) => each.id === id);
  const why = `it also holds ${others.length} group${others.length === 1 ? '' : 's'} of others`;
  if (now?.groupIds.includes(group.id) === false) result.shared.push({ kind: 'channel', id, name: channel.name, why });
  else
    result.leftovers.push({
      kind: 'channel',
      id,
      name: channel.name,
      command: tools.host.command('show', 'channel', id),
    });
}

function nameShared({ channel, plan, foreign }: Managed, group: Group, result: Removal): void {
  const why = `${foreign.length} account${foreign.length === 1 ? '' : 's'} of others ${foreign.length === 1 ? 'is' : 'are'} in the group`;
  for (const [kind, each] of [
    ['group', group],
    ['channel', channel],
    ['plan', plan],
  ] as const)
    if (each !== null) result.shared.push({ kind, id: each.id, name: each.name, why });
}
