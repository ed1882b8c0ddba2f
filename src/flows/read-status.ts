import { inStage, throwIfStopped, type RunTools } from '../apply/run-tools.ts';
import type { Provider } from '../pack/manifest.ts';
import { providerStatus, type KeyOfStatus, type ProviderSnapshot } from '../plan/provider-status.ts';
import { probeUserPrefix } from '../plan/names.ts';
import type { GrantStatus, ProviderStatus } from '../plan/status-schema.ts';
import type { AccessMode } from '../core/modes.ts';

/** What the host holds, as far as a provider's status asks. Throws `HostFailure`, and what the run was stopped with. */
export async function takeSnapshot(tools: Pick<RunTools, 'host' | 'clock' | 'stop'>): Promise<ProviderSnapshot> {
  const { reads } = tools.host;
  const [groups, channels, plans, accounts, probeUsers] = await Promise.all([
    reads.groups(),
    reads.channels(),
    reads.plans(),
    reads.accounts(),
    reads.usersNamed(probeUserPrefix),
  ]);
  throwIfStopped(tools);
  return { groups, channels, plans, accounts, probeUsers, now: tools.host.time() };
}

export interface StatusJob {
  pack: { id: string };
  provider: Provider;
  modes: readonly AccessMode[];
  /** Keys of a key file that accounts are compared with. */
  keys: readonly KeyOfStatus[] | null;
}

/** What the host holds for a provider. Sends nothing but reads. */
export function readStatus(job: StatusJob, tools: RunTools): Promise<ProviderStatus> {
  const { url, kind, version } = tools.host.info;
  const { id, displayName } = job.provider;
  return inStage(
    tools,
    'plan',
    'Look',
    async () => {
      const snapshot = await takeSnapshot(tools);
      const found = providerStatus(job.provider, job.modes, snapshot, job.keys);
      const { resources, ...rest } = found;
      const grants = await readGrants(found, tools);
      return {
        schema: 'relay.status/2' as const,
        host: { url, kind, version },
        provider: { pack: job.pack.id, id, displayName },
        resources,
        grants,
        ...rest,
      };
    },
    ({ totals }) => ({ ok: true, text: `${totals.serving} of ${totals.accounts} accounts serve` }),
  );
}

/** Users who have access to what relay manages; the users that it makes for gateway checks are none. */
async function readGrants(
  { resources, probeUsers }: Pick<ProviderStatus, 'resources' | 'probeUsers'>,
  tools: RunTools,
): Promise<GrantStatus[]> {
  const own = new Set(probeUsers.map(({ id }) => id));
  const grants: GrantStatus[] = [];
  for (const { access, kind, id, state } of resources) {
    if (access !== 'subscription' || kind !== 'group' || id === null) continue;
    if (state !== 'active' && state !== 'switched_off') continue;
    for (const { user, userId, expiresAt, active } of await tools.host.reads.subscriptionsOfGroup(id))
      if (active && !own.has(userId))
        grants.push({ access, user, userId, expiresAt: new Date(expiresAt).toISOString() });
    throwIfStopped(tools);
  }
  return grants;
}
