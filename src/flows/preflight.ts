import satisfies from 'semver/functions/satisfies.js';
import type { HostInfo } from '../host/host.ts';
import type { Provider } from '../pack/manifest.ts';
import { buildPlan } from '../plan/build-plan.ts';
import type { ProviderSnapshot } from '../plan/provider-status.ts';
import { accessModes } from '../core/modes.ts';
import { problem, type Problem } from '../core/relay-error.ts';

/** Why a host of this version cannot take the provider. */
export function versionProblems({ id, hostVersion }: Provider, version: string): Problem[] {
  if (hostVersion === undefined || satisfies(version, hostVersion, { includePrerelease: true })) return [];
  return [problem('HOST_TOO_OLD_FOR_PACK', `"${id}" needs a host ${hostVersion}; this one is ${version}.`)];
}

/** What would stop an import of the provider on a host that holds this, in either access mode. Pure. */
export function preflightProblems(provider: Provider, info: HostInfo, held: ProviderSnapshot): Problem[] {
  const found = accessModes.flatMap((access): Problem[] => {
    const plan = buildPlan(
      {
        run: '',
        provider,
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
      { ...held, features: info.features, subscriptions: [], users: [], foreignKeys: new Map(), leftUsers: [] },
    );
    return 'problems' in plan ? plan.problems : [];
  });
  return [...versionProblems(provider, info.version), ...found];
}
