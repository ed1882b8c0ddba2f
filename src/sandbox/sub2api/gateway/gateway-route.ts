import { isEligible, isScheduled } from '../accounts/account-binding.ts';
import type { Host } from '../host.ts';
import { admits, mapModel, matchPattern, modelMapping } from './model-match.ts';
import type { Account, Channel, Group, Pricing } from '../rows.ts';

/** How a group serves a model. */
export interface Route {
  channel: Channel | undefined;
  /** The model after the channel's mapping: what accounts are asked to map further. */
  mapped: string;
  /** Accounts that may be tried, best first. */
  accounts: Account[];
  /** Why there are none: nobody serves at all, nobody admits the model, or the channel restricts it. */
  refusal: 'none' | 'unknown-model' | 'restricted' | undefined;
}

/** The active channel of a group. */
function channelOf(host: Host, group: Group): Channel | undefined {
  return [...host.state.channels.values()].find(
    (channel) => channel.status === 'active' && channel.group_ids.includes(group.id),
  );
}

/** The price entry that covers a model on the group's platform. */
export function pricingOf(channel: Channel | undefined, platform: string, model: string): Pricing | undefined {
  const rows = (channel?.model_pricing ?? []).filter((row) => row.platform === platform);
  const pattern = matchPattern(
    rows.flatMap((row) => row.models),
    model,
    true,
  );
  return rows.find((row) => pattern !== undefined && row.models.includes(pattern));
}

/** The accounts of a group that are bound and already visible to the gateway. */
export function membersOf(host: Host, group: Group): Account[] {
  const now = host.now();
  const visible = (account: Account) =>
    account.bindings.some((binding) => binding.group_id === group.id && binding.servedFrom <= now);
  return [...host.state.accounts.values()].filter((account) => account.platform === group.platform && visible(account));
}

/** The model that an account's upstream is asked for. */
export function upstreamModel(account: Account, mapped: string): string {
  return mapModel(modelMapping(account), mapped);
}

/** The name that a request is billed and restricted by, as the channel's `billing_model_source` says. */
export function billedModel(route: Pick<Route, 'channel' | 'mapped'>, requested: string, account: Account): string {
  const source = route.channel?.billing_model_source;
  if (source === 'requested') return requested;
  return source === 'upstream' || source === 'response_model' ? upstreamModel(account, route.mapped) : route.mapped;
}

/** Finds the accounts for a model: whitelist by the client's name, then the channel's mapping and restriction. */
export function routeModel(host: Host, group: Group, model: string): Route {
  const channel = channelOf(host, group);
  const mapped = mapModel(channel?.model_mapping[group.platform] ?? {}, model, true);
  const members = membersOf(host, group);
  const admitting = members.filter((account) => admits(account, model));
  const permitted = admitting.filter((account) => {
    if (channel === undefined || !channel.restrict_models) return true;
    return pricingOf(channel, group.platform, billedModel({ channel, mapped }, model, account)) !== undefined;
  });
  const accounts = permitted
    .filter((account) => isEligible(account))
    .toSorted(
      (a, b) => a.priority - b.priority || (a.last_used_at ?? '').localeCompare(b.last_used_at ?? '') || a.id - b.id,
    );
  const lasting = members.filter(isScheduled);
  const unknown = lasting.length > 0 && !lasting.some((account) => admits(account, model));
  const restricted = admitting.length > 0 && permitted.length === 0;
  const refusal = accounts.length > 0 ? undefined : unknown ? 'unknown-model' : restricted ? 'restricted' : 'none';
  return { channel, mapped, accounts, refusal };
}
