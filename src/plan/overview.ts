import { z } from 'zod';
import { accessModes } from '../core/modes.ts';
import type { MarkedOwner } from '../host/layout.ts';
import { heldOf, type HeldNow } from './provider-status.ts';
import type { AccountStatus } from './status-schema.ts';

const counts = z.object({
  access: z.enum(accessModes),
  id: z.string().describe('The provider, as the marker of its accounts names it.'),
  accounts: z.int(),
  serving: z.int(),
  failing: z.int().describe('Those that the host holds in error.'),
  limited: z.int().describe('Those that the host spares for a passing trouble.'),
  paused: z.int().describe('Those that are out of service, by relay or by hand.'),
  revoked: z.int().describe('Those that are out of service because their key has leaked.'),
  misplaced: z.int().describe('Those outside the place in which they would serve, or whose key another account has.'),
  untested: z.int().describe('Those that serve and that no test has shown to work.'),
  resources: z
    .int()
    .describe('Its resources that are missing or switched off, as far as that is known without its pack.'),
  lastUsedAt: z.iso.datetime().nullable().optional().describe('Null for never; absent where the host does not tell.'),
});

/** All that relay manages on a host, as programs read it. */
export const overviewSchema = z.object({
  schema: z.literal('relay.overview/1'),
  host: z.object({ url: z.string(), kind: z.string(), version: z.string() }),
  providers: z.array(counts).describe('Those of which no account serves first, then those with most that is not fine.'),
  ok: z.boolean(),
});

export type Overview = z.infer<typeof overviewSchema>;
export type ProviderCounts = z.infer<typeof counts>;

/** What relay manages on a host, told by the markers of its accounts: providers that serve nobody first. Pure. */
export function overviewOf(host: HeldNow): Pick<Overview, 'providers' | 'ok'> {
  const owners = new Map<string, MarkedOwner>();
  for (const { marker } of host.accounts) {
    if (marker === null) continue;
    const { provider: id, access } = marker;
    owners.set(`${id} ${access}`, { provider: { id }, access });
  }
  const providers = [...owners.values()]
    .map((owner) => countsOf(owner, host))
    .toSorted((a, b) => isDown(b) - isDown(a) || faultsIn(b) - faultsIn(a) || (a.id < b.id ? -1 : 1));
  return { providers, ok: providers.length > 0 && providers.every((each) => faultsIn(each) === 0) };
}

function countsOf(owner: MarkedOwner, host: HeldNow): ProviderCounts {
  const { resources, accounts } = heldOf(owner, host);
  const own = accounts.filter(({ state }) => state !== 'foreign');
  const count = (...states: AccountStatus['state'][]) => own.filter(({ state }) => states.includes(state)).length;
  const told = own.flatMap(({ lastUsedAt }) => (lastUsedAt === undefined ? [] : [lastUsedAt]));
  const used = told.filter((at) => at !== null).toSorted();
  return {
    id: owner.provider.id,
    access: owner.access,
    accounts: own.length,
    serving: count('serving'),
    failing: count('error'),
    limited: count('limited'),
    paused: count('paused_by_relay', 'paused_by_hand', 'disabled'),
    revoked: count('revoked'),
    misplaced: count('not_in_group', 'superseded'),
    untested: own.filter(({ state, tested }) => state === 'serving' && !tested).length,
    resources: resources.filter(({ state }) => state === 'missing' || state === 'switched_off').length,
    ...(told.length === 0 && own.length > 0 ? {} : { lastUsedAt: used.at(-1) ?? null }),
  };
}

function isDown({ serving }: ProviderCounts): number {
  return Number(serving === 0);
}

/** How much of a provider is not fine. */
export function faultsIn({ accounts, serving, untested, resources }: ProviderCounts): number {
  return accounts - serving + untested + resources;
}
