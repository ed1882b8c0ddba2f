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
 * would stand. Throws at once where it does not answer, or its list cannot be used, and the first refusal where no protocol gives
 * a list.
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
        if (isOf(platform, list, only) && list.models.length > 0) return { upstream, list };
        if (isOf(platform, list, only))
          throw new RelayError('UPSTREAM_LIST_UNUSABLE', `${address} lists no model that has a usable name.`, {
            hint: 'Have a model loaded, or pulled, there first.',
          });
      } catch (error) {
        if (!(error instanceof RelayError) || !goesOn.has(error.code)) throw error;
        refusals.push(error);
      }
    }
  const refused = refusals.find(({ code }) => code === 'UPSTREAM_REFUSED');
  throw refused ?? refusals[0] ?? new RelayError('UPSTREAM_WRONG_ADDRESS', `${baseUrl} gives no model list.`);
}

/** What the operator says of an upstream is believed; else its list has to look like one of that protocol. */
function isOf(platform: Platform, { form }: ModelList, only: Platform | undefined): boolean {
  return only === platform || form === platform;
}

/** What may be otherwise in another form, or at another address. */
const goesOn = new Set(['UPSTREAM_REFUSED', 'UPSTREAM_WRONG_ADDRESS']);

function addresses(baseUrl: string, platform: Platform): string[] {
  const root = baseUrl.replace(version, '');
  if (platform !== 'openai') return [root];
  return root === baseUrl ? [`${baseUrl}/v1`, baseUrl] : [baseUrl];
}
