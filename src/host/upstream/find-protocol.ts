import { platforms, type Platform } from '../../core/modes.ts';
import { RelayError } from '../../core/relay-error.ts';
import type { Secret } from '../../core/secrets/secret.ts';
import type { HttpClient } from '../http/http-client.ts';
import type { Upstream } from './ask-upstream.ts';
import { listModels, type ModelList } from './list-models.ts';

/** Which protocol an upstream speaks, at which address, and what it lists there. */
export interface FoundProtocol {
  upstream: Upstream;
  list: ModelList;
}

/** What a protocol's addresses end with, and what clients add to it. */
const version = /\/v\d+\w*$/;

/**
 * Finds out what an upstream speaks by asking for its model list in the form of each protocol, at `baseUrl` and where its version
 * would stand. Throws `UPSTREAM_UNREACHABLE` at once, and the first refusal where no protocol gives a list with a model.
 */
export async function findProtocol(
  { baseUrl, key, only }: { baseUrl: string; key: Secret | null; only: Platform | undefined },
  reach: (baseUrl: string) => HttpClient,
  signal: AbortSignal,
): Promise<FoundProtocol> {
  const refusals: RelayError[] = [];
  for (const platform of only === undefined ? platforms : [only])
    for (const address of addresses(baseUrl, platform)) {
      const upstream: Upstream = { platform, http: reach(address), key };
      try {
        const list = await listModels(upstream, signal);
        if (list.form === platform && list.models.length > 0) return { upstream, list };
        if (list.form === platform)
          refusals.unshift(
            new RelayError('UPSTREAM_LIST_UNUSABLE', `${address} lists no model that has a usable name.`),
          );
      } catch (error) {
        if (!(error instanceof RelayError) || error.code === 'UPSTREAM_UNREACHABLE') throw error;
        refusals.push(error);
      }
    }
  const refused = refusals.find(({ code }) => code === 'UPSTREAM_REFUSED' || code === 'UPSTREAM_LIST_UNUSABLE');
  throw refused ?? refusals[0] ?? new RelayError('UPSTREAM_WRONG_ADDRESS', `${baseUrl} gives no model list.`);
}

function addresses(baseUrl: string, platform: Platform): string[] {
  const root = baseUrl.replace(version, '');
  if (platform !== 'openai') return [root];
  return root === baseUrl ? [`${baseUrl}/v1`, baseUrl] : [baseUrl];
}
