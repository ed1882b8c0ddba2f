import type { Account } from '../../account.ts';
import type { FoundResource, MarkedOwner } from '../../layout.ts';
import { resourceName } from '../../names.ts';
import { staleStagingGroups } from '../isolation.ts';
import { isMarkedFor, type Sub2apiResources } from './held.ts';

/** What of a provider is there, and what bears its names. `present`: there are accounts, so what is absent counts as missing. */
export function statusOf(
  owner: MarkedOwner,
  { groups: allGroups, channels: allChannels, tariffs: allTariffs }: Sub2apiResources,
  accounts: readonly Account[],
  present: boolean,
): FoundResource[] {
  const { provider, access } = owner;
  const name = resourceName(provider.id, access);
  const groups = allGroups.filter((each) => each.name === name);
  const channels = allChannels.filter((each) => each.name === name);
  const tariffs = allTariffs.filter((each) => each.name === name);
  const group = groups.find((each) => isMarkedFor(each, owner));
  const channel = channels.find((each) => group !== undefined && each.groupIds.includes(group.id));
  const tariff = tariffs.find((each) => group !== undefined && each.groupId === group.id);
  const resource = (kind: string, each: { id: string; name: string }, state: FoundResource['state']): FoundResource => {
    return { kind, id: each.id, name: each.name, state };
  };
  const own = (kind: string, each: { id: string; name: string; active?: boolean } | undefined): FoundResource =>
    each === undefined
      ? { kind, id: null, name, state: 'missing' }
      : resource(kind, each, each.active === false ? 'switched_off' : 'active');
  const hasTariff = tariff !== undefined || (access === 'subscription' && provider.planTemplate !== undefined);
  return [
    ...(group === undefined && !present
      ? []
      : [own('group', group), own('channel', channel), ...(hasTariff ? [own('tariff', tariff)] : [])]),
    ...othersThan(group, groups).map((each) => resource('group', each, 'foreign')),
    ...othersThan(channel, channels).map((each) => resource('channel', each, 'foreign')),
    ...othersThan(tariff, tariffs).map((each) => resource('tariff', each, 'foreign')),
    ...staleStagingGroups({ provider, access, run: '' }, allGroups, accounts).map((each) =>
      resource('group', each, 'left_behind'),
    ),
  ];
}

function othersThan<T>(managed: T | undefined, all: readonly T[]): T[] {
  return all.filter((each) => each !== managed);
}
