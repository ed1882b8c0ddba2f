import type { AccountReads } from '../host.ts';
import { HostFailure } from '../host-failure.ts';
import type { ApiClient } from '../http/api-client.ts';
import { screenedDescription, type Screen } from '../screen.ts';
import { readWhole } from './api/client.ts';
import { channelWire, planRowWire } from './api/wire.ts';
import type { Group, Tariff } from './objects.ts';
import { asMap, ownTexts, readOptions, type Options } from './options.ts';
import { toAccount } from './translate-account.ts';
import { toTariff } from './translate-tariff.ts';

/** What the host tells. Every list is whole. Throws `HostFailure`. */
export interface NewApiReads extends AccountReads {
  options(): Promise<Options>;
  groups(): Promise<Group[]>;
  tariffs(): Promise<Tariff[]>;
}

/** What the host holds, read through its admin API. */
export function newApiReads(client: ApiClient, isRoot: boolean): NewApiReads {
  const { http } = client;
  const accounts = async () =>
    (await readWhole(client, '/api/channel/', channelWire)).map((wire) => toAccount(wire, http));
  const options = () => readOptions(client, isRoot);
  return {
    accounts,
    account: async (id) => {
      try {
        return toAccount(await client.get(`/api/channel/${id}`, channelWire), http);
      } catch (failure) {
        if (!(failure instanceof HostFailure) || (failure.status !== 200 && failure.status !== 404)) throw failure;
        // It says in words only that there is none, which may be any other refusal.
        return (await accounts()).find((each) => each.id === id);
      }
    },
    // Only a person is given keys, after a second factor.
    accountKey: async () => undefined,
    options,
    groups: async () => groupsIn(await options(), http),
    tariffs: async () => (await client.get(plansPath, planRowWire.array())).map(({ plan }) => toTariff(plan, http)),
  };
}

/** Plans, for those who make them. */
export const plansPath = '/api/subscription/admin/plans';

/** The groups that stand in any of the maps. */
export function groupsIn({ maps }: Options, screen: Pick<Screen, 'hide'>): Group[] {
  const { GroupRatio: ratios, UserUsableGroups: texts, [ownTexts]: byGroup } = maps;
  const own = new Map(
    Object.entries(byGroup).flatMap(([name, parts]) => {
      const text = asMap(parts)?.[name];
      return typeof text === 'string' ? [[name, text] as const] : [];
    }),
  );
  const shown = (text: unknown) => (typeof text === 'string' ? screenedDescription(text, screen) : null);
  return [...new Set([...Object.keys(ratios), ...Object.keys(texts), ...own.keys()])].map((name) => {
    const ratio = ratios[name];
    return {
      id: name,
      name,
      ratio: typeof ratio === 'number' ? ratio : null,
      text: shown(texts[name]),
      ownText: shown(own.get(name)),
    };
  });
}
