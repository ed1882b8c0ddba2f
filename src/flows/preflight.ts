import satisfies from 'semver/functions/satisfies.js';
import type { Host, HostInfo } from '../host/host.ts';
import type { PackProvider, Provider } from '../pack/manifest.ts';
import { hostVersions } from '../pack/provider-hosts.ts';
import { buildPlan } from '../plan/build-plan.ts';
import { fitProvider } from '../plan/fit-provider.ts';
import type { ProviderSnapshot } from '../plan/provider-status.ts';
import { accessModes } from '../core/modes.ts';
import { problem, type Problem } from '../core/relay-error.ts';

/** Why a host of this version cannot take the provider. */
export function versionProblems(
  provider: Pick<PackProvider, 'id' | 'hosts'>,
  { kind, version }: Pick<HostInfo, 'kind' | 'version'>,
): Problem[] {
  const range = hostVersions(provider, kind);
  if (range === undefined || satisfies(version, range, { includePrerelease: true })) return [];
  return [problem('HOST_TOO_OLD_FOR_PACK', `"${provider.id}" needs a host ${range}; this one is ${version}.`)];
}

/** What would stop an import of the provider on a host that holds this, in each access mode that the host can do. Pure. */
export function preflightProblems(provider: Provider, host: Host, held: ProviderSnapshot): Problem[] {
  const { kind, capabilities } = host.info;
  const possible = accessModes.filter(
    (access) => access !== 'subscription' || capabilities.grants.subscription.possible,
  );
  const found = possible.flatMap((access): Problem[] => {
    const plan = buildPlan(
      {
        run: '',
        provider: fitProvider(provider, host).provider,
        modelsFrom: 'pack',
        mode: 'strict',
        access,
        keys: [],
        malformedLines: 0,
        accounts: 'append',
        targets: [],
        extend: false,
        adopt: false,
        failed: 'keep',
        allowMassRemoval: true,
        probe: 'none',
        probeKeyGiven: false,
        resumed: false,
      },
      {
        ...held,
        kind,
        capabilities,
        isolation: host.isolation,
        words: { grant: '', client: '' },
        grants: [],
        users: [],
        foreignKeys: new Map(),
        leftClients: [],
      },
    );
    return 'problems' in plan ? plan.problems : [];
  });
  const all = [...versionProblems(provider, host.info), ...found];
  // What is amiss in both modes is one thing.
  return all.filter(({ message }, index) => all.findIndex((each) => each.message === message) === index);
}
