import { HostError } from '../../reply.ts';
import type { Host } from '../host.ts';
import type { Account, Binding } from '../rows.ts';
import { timestamp } from '../state.ts';

/** Whether an account may be scheduled at this moment, whatever the model. */
export function isEligible(account: Account, now = Date.now()): boolean {
  const past = (at: string | null) => at === null || Date.parse(at) <= now;
  return isScheduled(account) && past(account.rate_limit_reset_at) && past(account.temp_unschedulable_until);
}

/** Whether an account is meant to serve, passing trouble aside. */
export function isScheduled(account: Account): boolean {
  return account.status === 'active' && account.schedulable;
}

/** The first account of an idle group serves at once, a further one after the visibility delay. */
function servedFrom(host: Host, account: Account, groupId: number, now: number): number {
  const serving = (other: Account) =>
    other.id !== account.id &&
    isScheduled(other) &&
    other.bindings.some((binding) => binding.group_id === groupId && binding.servedFrom <= now);
  return [...host.state.accounts.values()].some(serving) ? now + host.visibilityDelayMs : now;
}

const foreignKey =
  'ent: constraint failed: pq: insert or update on table "account_groups" violates foreign key constraint';

/** What the store says against a binding that was not checked before. */
const refusals = {
  twice: 'ent: constraint failed: pq: duplicate key value violates unique constraint "account_groups_pkey"',
  noGroup: `${foreignKey} "account_groups_group_id_fkey"`,
  noAccount: `${foreignKey} "account_groups_account_id_fkey"`,
};

/** Why the store binds an account of this id to no such groups: a deleted row still counts, a group named twice does not. */
function refusalToBind(host: Host, accountId: number, groupIds: readonly number[]): string | undefined {
  const { accounts, retiredAccounts, groups, retiredGroups } = host.state;
  if (groupIds.length === 0) return undefined;
  if (new Set(groupIds).size < groupIds.length) return refusals.twice;
  if (!groupIds.every((id) => groups.has(id) || retiredGroups.has(id))) return refusals.noGroup;
  return accounts.has(accountId) || retiredAccounts.has(accountId) ? undefined : refusals.noAccount;
}

/** Replaces an account's groups. Gives the words of the store where it refuses, and then they stay as they were. */
export function bindGroups(host: Host, accountId: number, groupIds: readonly number[]): string | undefined {
  const refused = refusalToBind(host, accountId, groupIds);
  const account = host.state.accounts.get(accountId);
  if (refused !== undefined || account === undefined) return refused;
  const now = host.now();
  account.bindings = groupIds.map((group_id, index): Binding => {
    const current = account.bindings.find((binding) => binding.group_id === group_id);
    return (
      current ?? {
        group_id,
        priority: index + 1,
        created_at: timestamp(now),
        servedFrom: servedFrom(host, account, group_id, now),
      }
    );
  });
  return undefined;
}

/** An account that is put back into service is served after the visibility delay, like a new one. */
export function putBack(host: Host, account: Account): void {
  const now = host.now();
  for (const binding of account.bindings) binding.servedFrom = servedFrom(host, account, binding.group_id, now);
}

const rivals: Record<string, [string, string]> = {
  anthropic: ['antigravity', 'Antigravity'],
  antigravity: ['anthropic', 'Anthropic'],
};

/** Refuses to mix anthropic and antigravity accounts in a group. */
export function refuseMixing(host: Host, platform: string, groupIds: readonly number[], self?: number): void {
  const rival = rivals[platform];
  if (rival === undefined) return;
  const [otherPlatform, otherName] = rival;
  for (const groupId of groupIds) {
    const others = [...host.state.accounts.values()].filter(
      (account) => account.id !== self && account.platform === otherPlatform,
    );
    if (!others.some((account) => account.bindings.some((binding) => binding.group_id === groupId))) continue;
    const name = host.state.groups.get(groupId)?.name ?? '';
    const ownName = platform.slice(0, 1).toUpperCase() + platform.slice(1);
    throw new HostError(409, {
      error: 'mixed_channel_warning',
      message:
        `mixed_channel_warning: Group '${name}' contains both ${ownName} and ${otherName} accounts. Using mixed channels in the same context ` +
        'may cause thinking block signature validation issues, which will fallback to non-thinking mode for historical messages.',
    });
  }
}
