import { compareIds, serviceOf, type Account, type Id } from '../host/account.ts';
import type { LeftClient } from '../host/client-keys.ts';
import type { FoundResource, Held, Layout, MarkedOwner } from '../host/layout.ts';
import { accountPrefix, isAccountName } from '../host/names.ts';
import type { Provider } from '../pack/manifest.ts';
import type { AccessMode } from '../core/modes.ts';
import { isIn, managedAccounts } from './managed-accounts.ts';
import type { AccountStatus, ProviderStatus } from './status-schema.ts';

/** What a host holds at one moment, as far as telling how accounts stand asks. */
export interface HeldNow extends Held {
  layout: Layout;
  accounts: Account[];
  now: number;
}

export interface ProviderSnapshot extends HeldNow {
  clients: LeftClient[];
}

/** A key of the file that a status is told by; not enabled: the file wants its account out of service. */
export interface KeyOfStatus {
  line: number;
  fingerprint: string;
  enabled: boolean;
}

/** What the host holds for one provider, in each of the access modes that were asked for; of users' access nothing. Pure. */
export function providerStatus(
  provider: Provider,
  modes: readonly AccessMode[],
  host: ProviderSnapshot,
  keys: readonly KeyOfStatus[] | null,
): Omit<ProviderStatus, 'schema' | 'host' | 'provider' | 'grants'> {
  const desired = keys === null ? null : new Map(keys.map((key) => [key.fingerprint, key.enabled]));
  const found = modes.map((access) => ({ access, ...heldOf({ provider, access }, host, desired) }));
  const accounts = found.flatMap((each) => each.accounts);
  const held = new Set(accounts.filter((each) => each.state !== 'foreign').map((each) => each.fingerprint));
  const missingKeys = (keys ?? [])
    .filter(({ fingerprint }) => !held.has(fingerprint))
    .map(({ line, fingerprint }) => ({ line, fingerprint }));
  const resources = found.flatMap(({ access, resources: own }) => own.map((each) => ({ access, ...each })));
  const count = (is: (account: AccountStatus) => boolean) => accounts.filter(is).length;
  const others = count((each) => each.state === 'foreign');
  const serving = count((each) => each.state === 'serving');
  const notEnabled = count((each) => each.state === 'not_enabled');
  const untested = accounts.filter((each) => each.state === 'serving' && !each.tested);
  const untestedIds = new Set(untested.map(({ id }) => id));
  const untestedRuns = host.accounts.flatMap(({ id, marker }) =>
    untestedIds.has(id) && marker !== null ? [marker.run] : [],
  );
  const totals = {
    accounts: accounts.length - others,
    serving,
    notServing: accounts.length - others - serving - notEnabled,
    notEnabled,
    untested: untested.length,
    foreign: others,
  };
  const faults =
    totals.notServing +
    totals.untested +
    others +
    missingKeys.length +
    resources.filter(({ state }) => state !== 'active').length +
    host.clients.length;
  return {
    resources,
    accounts,
    missingKeys,
    probeUsers: host.clients.map(({ id, name }) => ({ id, name })),
    untestedRuns: [...new Set(untestedRuns)],
    totals,
    ok: serving + notEnabled > 0 && faults === 0,
  };
}

/**
 * What the host holds of one owner: its resources, and how each account stands that bears its marker or its name. Pure.
 * `desired`: by fingerprint, whether the key file wants the account in service; nothing where there is none.
 */
export function heldOf(
  owner: MarkedOwner,
  host: HeldNow,
  desired: ReadonlyMap<string, boolean> | null = null,
): { resources: FoundResource[]; accounts: AccountStatus[] } {
  const accounts = accountsOf(owner, host, desired);
  return { resources: host.layout.status(owner, host, accounts.length > 0), accounts };
}

function accountsOf(
  { provider, access }: MarkedOwner,
  host: HeldNow,
  desired: ReadonlyMap<string, boolean> | null,
): AccountStatus[] {
  const place = host.layout.place({ provider, access }, host)?.id ?? null;
  const managed = managedAccounts({ provider, access, run: '', accounts: 'reconcile' }, host, place);
  const prefix = accountPrefix(provider.id, access);
  const unmarked = host.accounts.filter((each) => each.marker === null && isAccountName(each.name, prefix));
  const line = (account: Account, state: AccountStatus['state']): AccountStatus => {
    const fingerprint = account.marker?.fingerprint ?? null;
    return {
      access,
      id: account.id,
      name: account.name,
      fingerprint,
      state,
      tested: account.tested,
      message: account.stateMessage,
      limitedUntil: iso(isLimited(account, host.now) ? account.limitedUntil : null),
      ...(account.lastUsedAt === undefined ? {} : { lastUsedAt: iso(account.lastUsedAt) }),
      priority: account.priority,
      concurrency: account.concurrency,
      inKeys: desired === null || fingerprint === null ? null : desired.has(fingerprint),
    };
  };
  return [
    ...[...managed.byFingerprint.values()].map((account) => {
      const state = standingOf(account, place, host.now);
      const isDesired = state === 'paused_by_hand' && desired?.get(account.marker?.fingerprint ?? '') === false;
      return line(account, isDesired ? 'not_enabled' : state);
    }),
    ...managed.superseded.map((account) => line(account, 'superseded')),
    ...[...unmarked, ...managed.copies].map((account) => line(account, 'foreign')),
  ].toSorted((a, b) => compareIds(a.id, b.id));
}

function standingOf(account: Account, place: Id | null, now: number): AccountStatus['state'] {
  if (!isIn(account, place)) return 'not_in_group';
  const service = serviceOf(account);
  if (service !== 'on') return service;
  return isLimited(account, now) ? 'limited' : 'serving';
}

/** Whether the host spares an account for a passing trouble. */
function isLimited({ limitedUntil }: Account, now: number): boolean {
  return limitedUntil !== null && limitedUntil > now;
}

function iso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
