import { parseJson } from '../../core/parse-json.ts';
import { joinCalls } from '../../core/join-calls.ts';
import type { Secret } from '../../core/secrets/secret.ts';
import type { Platform } from '../../core/modes.ts';
import { HostFailure } from '../host-failure.ts';
import type { ApiClient } from '../http/api-client.ts';
import { completionHttp, faultOfAnswer } from '../protocols/completion.ts';
import { keyHeaders, upstreamPath } from '../protocols/upstream-request.ts';
import { containsWord } from '../protocols/contains-word.ts';
import type { AccountTest, ProofPort, TestFault, TestOptions, UpstreamModels } from '../proof.ts';
import { heldBy } from './accounts/writes.ts';
import { management } from './api/client.ts';
import { callWire } from './api/wire.ts';
import type { HostLists } from './lists/host-lists.ts';
import { platformOf } from './lists/units.ts';

/** A test waits for the vendor, which the host does for a minute. */
const testMs = 90_000;

/** Enough for a model that thinks before it says a word. */
const maxTokens = 64;

interface Upstream {
  platform: Platform;
  baseUrl: string;
  key: Secret;
}

/**
 * Tests of keys, whether a list holds them or not: the host sends a request that it is given, with the key in it. That
 * changes nothing there, and proves the key, the address and the model, but not what clients call the model.
 */
export function callProof(lists: HostLists, client: ApiClient): ProofPort {
  // A pool is tested account by account, and each look is at all lists.
  const units = joinCalls(() => lists.units());
  const upstreamOf = async (id: string) => {
    const held = heldBy(id, await units(), client.http);
    return held && { platform: platformOf(held.unit.list), baseUrl: held.unit.baseUrl, key: held.key };
  };
  return {
    testKey: ({ platform, baseUrl, mapping }, key, { model, ...options }) =>
      complete({ platform, baseUrl, key }, { ...options, model: mapping[model] ?? model }, client),
    testAccount: async ({ id, mapping }, { model, ...options }) => {
      const upstream = await upstreamOf(id);
      if (upstream === undefined) return { outcome: 'error', timedOut: false, message: 'the host holds no such key' };
      return complete(upstream, { ...options, model: mapping[model] ?? model }, client);
    },
    accountModels: async ({ mapping }) => Object.keys(mapping),
    upstreamModels: async (id): Promise<UpstreamModels> => {
      const upstream = await upstreamOf(id);
      if (upstream === undefined) return { outcome: 'unavailable', message: 'the host holds no such key' };
      return modelsOf(upstream, client);
    },
  };
}

/** A request that the host sends on. `path`: below the address of the upstream. */
async function call(
  { platform, baseUrl, key }: Upstream,
  { method, path, body }: { method: 'GET' | 'POST'; path: string; body?: unknown },
  client: ApiClient,
  signal?: AbortSignal,
): Promise<{ status: number; body: string }> {
  const url = `${baseUrl.replace(/\/+$/, '')}${upstreamPath(platform, path)}`;
  const header = {
    ...keyHeaders(platform, key),
    ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
  };
  const data = body === undefined ? {} : { data: JSON.stringify(body) };
  const request = {
    method: 'POST' as const,
    path: `${management}/api-call`,
    body: { method, url, header, ...data },
    timeoutMs: testMs,
    ...(signal === undefined ? {} : { signal }),
  };
  const { status_code: status, body: text } = await client.asWrites().read(request, callWire);
  return { status, body: text };
}

async function complete(
  upstream: Upstream,
  { model, deadCodes, signal }: TestOptions,
  client: ApiClient,
): Promise<AccountTest> {
  const { platform } = upstream;
  const { path, body } = completionHttp({ platform, model, maxTokens, tokensField: 'max_tokens' });
  try {
    const answer = await call(upstream, { method: 'POST', path, body }, client, signal);
    const message = client.http.clean(answer.body, 300);
    if (answer.status !== 200)
      return {
        outcome: 'failed',
        why: faultOf(answer, deadCodes),
        message: `the vendor answered ${answer.status}: ${message}`,
      };
    const fault = faultOfAnswer(platform, parseJson(answer.body));
    if (fault === undefined) return { outcome: 'passed', answered: true, message: '' };
    return { outcome: 'failed', why: 'junk', message: `${fault}: ${message}` };
  } catch (failure) {
    if (!(failure instanceof HostFailure)) throw failure;
    // The host reaches the vendor no better than that.
    if (failure.status === 502)
      return { outcome: 'failed', why: 'unanswered', message: 'the vendor did not answer the host' };
    return { outcome: 'error', timedOut: failure.maybeInFlight, message: failure.message };
  }
}

/** What the status of a vendor means. Pure. */
export function faultOf({ status, body }: { status: number; body: string }, deadCodes: readonly string[]): TestFault {
  if (status === 401 || status === 403) return 'refused';
  if (status === 402) return 'exhausted';
  if (deadCodes.some((word) => containsWord(body, word))) return 'exhausted';
  if (status === 429) return 'throttled';
  if (status === 408 || status >= 500) return 'busy';
  return 'other';
}

async function modelsOf(upstream: Upstream, client: ApiClient): Promise<UpstreamModels> {
  const path = upstream.platform === 'gemini' ? '/v1beta/models' : '/v1/models';
  const { status, body } = await call(upstream, { method: 'GET', path }, client);
  const message = client.http.clean(body, 200);
  if (status === 401 || status === 402 || status === 403) return { outcome: 'refused', message };
  if (status === 404) return { outcome: 'missing', message };
  if (status !== 200) return { outcome: 'unavailable', message };
  const names = modelNames(parseJson(body));
  return names === undefined
    ? { outcome: 'junk', message }
    : { outcome: 'listed', models: names.map((name) => client.http.name(name)) };
}

function modelNames(value: unknown): string[] | undefined {
  const { data, models } = (value ?? {}) as { data?: unknown; models?: unknown };
  const list = Array.isArray(data) ? data : Array.isArray(models) ? models : undefined;
  return list?.flatMap((each: { id?: unknown; name?: unknown } | null) => {
    const name = each?.id ?? each?.name;
    return typeof name === 'string' ? [name.replace(/^models\//, '')] : [];
  });
}
