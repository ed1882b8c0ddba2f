import { formatCount } from '../core/counted.ts';
import { inStage, throwIfStopped, type RunTools } from '../apply/run-tools.ts';
import { providerOnHost } from './provider-on-host.ts';
import type { PackProvider, Provider } from '../pack/manifest.ts';
import { providerStatus, type HeldNow, type KeyOfStatus, type ProviderSnapshot } from '../plan/provider-status.ts';
import type { GrantStatus, ProviderStatus } from '../plan/status-schema.ts';
import type { AccessMode } from '../core/modes.ts';
import { namedHost } from '../host/host.ts';

type LookTools = Pick<RunTools, 'host' | 'clock' | 'stop'>;

/** What the host holds but its clients. Throws `HostFailure`, and what the run was stopped with. */
export async function takeHeld(tools: LookTools): Promise<HeldNow> {
  const { host } = tools;
  const [resources, accounts] = await Promise.all([host.resources.list(), host.reads.accounts()]);
  throwIfStopped(tools);
  return { layout: host.layout, resources, accounts, now: host.time() };
}

/** What the host holds, as far as a provider's status asks. Throws as `takeHeld` does. */
export async function takeSnapshot(tools: LookTools): Promise<ProviderSnapshot> {
  const [held, clients] = await Promise.all([takeHeld(tools), tools.host.clientKeys?.all() ?? []]);
  throwIfStopped(tools);
  return { ...held, clients };
}

export interface StatusJob {
  pack: { id: string };
  provider: PackProvider;
  modes: readonly AccessMode[];
  /** Keys of a key file that accounts are compared with. */
  keys: readonly KeyOfStatus[] | null;
}

/** What the host holds for a provider. Sends nothing but reads. */
export function readStatus(job: StatusJob, tools: RunTools): Promise<ProviderStatus> {
  const { id, displayName } = job.provider;
  return inStage(
    tools,
    'plan',
    'Look',
    async () => {
      const snapshot = await takeSnapshot(tools);
      const provider = providerOnHost(job.provider, snapshot.accounts);
      const found = providerStatus(provider, job.modes, snapshot, job.keys);
      const { resources, ...rest } = found;
      const grants = await readGrants({ ...job, provider }, snapshot, tools);
      return {
        schema: 'relay.status/2' as const,
        host: namedHost(tools.host.info),
        provider: { pack: job.pack.id, id, displayName },
        resources,
        grants,
        ...rest,
      };
    },
    ({ totals }) => ({
      ok: true,
      text: `${formatCount(totals.serving)} of ${formatCount(totals.accounts)} accounts serve`,
    }),
  );
}

/** Users who have access to what relay manages; the clients that it makes for gateway checks are none. */
async function readGrants(
  { provider, modes }: { provider: Provider; modes: readonly AccessMode[] },
  snapshot: ProviderSnapshot,
  tools: RunTools,
): Promise<GrantStatus[]> {
  const port = tools.host.grants;
  if (port === null) return [];
  const own = new Set(snapshot.clients.map(({ id }) => id));
  const found: GrantStatus[] = [];
  for (const access of modes) {
    const place = snapshot.layout.place({ provider, access }, snapshot);
    if (place === undefined || !tools.host.info.capabilities.grants[access].possible) continue;
    for (const { user, userId, expiresAt, active } of await port.ofPlace(place.id))
      if (active && !own.has(userId))
        found.push({ access, user, userId, expiresAt: expiresAt === null ? null : new Date(expiresAt).toISOString() });
  }
  throwIfStopped(tools);
  return found;
}
