import type { RunTools } from '../apply/run-tools.ts';
import { compareIds, type Account, type Id } from '../host/account.ts';
import { providerToTest } from './provider-on-host.ts';
import type { PackProvider, Provider } from '../pack/manifest.ts';
import { managedAccounts } from '../plan/managed-accounts.ts';
import type { AccessMode, ProbeMode } from '../core/modes.ts';
import { notThere, RelayError } from '../core/relay-error.ts';
import type { Secret } from '../core/secrets/secret.ts';
import { takeSnapshot } from './read-status.ts';

/** What is to be probed in one access mode. */
export interface Pool {
  access: AccessMode;
  /** As it stands in this access mode. */
  provider: Provider;
  /** Where its accounts serve, when it is there. */
  place: { id: Id; name: string } | undefined;
  accounts: Account[];
  /** For the gateway check: a key, one that is yet to be made, or no check. */
  key: Secret | 'make' | null;
}

/**
 * What a probe will test, with the keys for the gateway checks: a key that cannot be had is found out before anything is
 * tested (rule N10). Sends nothing but reads. Throws `NOT_THERE` where there is nothing to test.
 */
export async function findPools(
  asked: {
    provider: PackProvider;
    modes: readonly AccessMode[];
    probe: ProbeMode;
    probeKey: Secret | null;
  },
  tools: RunTools,
): Promise<Pool[]> {
  const { probe, probeKey } = asked;
  const held = await takeSnapshot(tools);
  const pools: Pool[] = [];
  for (const access of asked.modes) {
    const provider = providerToTest(asked.provider, held.accounts, access);
    const place = held.layout.place({ provider, access }, held);
    const own = managedAccounts({ provider, access, run: '', accounts: 'reconcile' }, held, place?.id ?? null);
    const accounts = [...own.byFingerprint.values()].toSorted((a, b) => compareIds(a.id, b.id));
    if (place !== undefined || accounts.length > 0) pools.push({ access, provider, place, accounts, key: null });
  }
  if (pools.length === 0) throw notThere();
  if (probe === 'none') return pools;
  if (probeKey !== null && pools.length > 1)
    throw new RelayError('USAGE', 'A user key is for one access mode, and both of this provider are there.', {
      hint: 'Say which one the key is for: --access subscription or --access self-service.',
    });
  for (const pool of pools)
    if (pool.place !== undefined) pool.key = probeKey ?? (await keyFor(pool.place, pool.access, probe, tools));
  return pools;
}

async function keyFor(
  place: { id: Id; name: string },
  access: AccessMode,
  probe: 'auto' | 'find',
  { host }: RunTools,
): Promise<Secret | 'make'> {
  if (probe === 'find') {
    const found = await host.clientKeys?.usable(place.id);
    if (found !== undefined) return found;
    throw new RelayError('PROBE_KEY_IMPOSSIBLE', `No user has a key with access to "${place.name}".`, {
      hint: 'Let relay make one with --probe auto, or give one with --probe-key-file.',
    });
  }
  const can = host.info.capabilities.clientKeys[access];
  if (can.possible) return 'make';
  throw new RelayError('PROBE_KEY_IMPOSSIBLE', `relay cannot make a user key on this host: ${can.why}.`);
}
