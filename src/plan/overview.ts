import { z } from 'zod';
import { accessModes, type AccessMode } from '../core/modes.ts';
import type { Account } from '../host/account.ts';
import { isLimited } from './provider-status.ts';

const counts = z.object({
  access: z.enum(accessModes),
  id: z.string().describe('The provider, as the marker of its accounts names it.'),
  accounts: z.int(),
  serving: z.int(),
  failing: z.int().describe('Those that the host holds in error, or spares for a passing trouble.'),
  paused: z.int().describe('Those that are out of service, by relay or by hand.'),
  untested: z.int().describe('Those that serve and that no test has shown to work.'),
  lastUsedAt: z.iso.datetime().nullable(),
});

/** All that relay manages on a host, as programs read it. */
export const overviewSchema = z.object({
  schema: z.literal('relay.overview/1'),
  host: z.object({ url: z.string(), kind: z.string(), version: z.string() }),
  providers: z.array(counts).describe('Those with something that is not fine first.'),
  ok: z.boolean(),
});

export type Overview = z.infer<typeof overviewSchema>;
export type ProviderCounts = z.infer<typeof counts>;

/** What relay manages on a host, told by the markers of its accounts: providers that are not fine first. Pure. */
export function overviewOf(accounts: readonly Account[], now: number): Pick<Overview, 'providers' | 'ok'> {
  const byOwner = new Map<string, { id: string; access: AccessMode; own: Account[] }>();
  for (const account of accounts) {
    if (account.marker === null) continue;
    const { provider: id, access } = account.marker;
    const found = byOwner.get(`${id} ${access}`) ?? { id, access, own: [] };
    found.own.push(account);
    byOwner.set(`${id} ${access}`, found);
  }
  const providers = [...byOwner.values()]
    .map(({ id, access, own }) => countsOf(id, access, own, now))
    .toSorted((a, b) => faultsIn(b) - faultsIn(a) || (a.id < b.id ? -1 : 1));
  return { providers, ok: providers.length > 0 && providers.every((each) => faultsIn(each) === 0) };
}

function countsOf(id: string, access: AccessMode, own: readonly Account[], now: number): ProviderCounts {
  const count = (is: (account: Account) => boolean) => own.filter(is).length;
  const serves = (account: Account) => account.state === 'active' && account.enabled && !isLimited(account, now);
  const used = own.flatMap(({ lastUsedAt }) => (lastUsedAt === null ? [] : [lastUsedAt]));
  return {
    id,
    access,
    accounts: own.length,
    serving: count(serves),
    failing: count((account) => account.state === 'error' || (account.enabled && isLimited(account, now))),
    paused: count((account) => account.state === 'inactive' || (account.state === 'active' && !account.enabled)),
    untested: count((account) => serves(account) && !account.tested),
    lastUsedAt: used.length === 0 ? null : new Date(Math.max(...used)).toISOString(),
  };
}

function faultsIn({ accounts, serving, untested }: ProviderCounts): number {
  return accounts - serving + untested;
}
