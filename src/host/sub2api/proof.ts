import { HostFailure } from '../host-failure.ts';
import type { ProofPort, UpstreamModels } from '../proof.ts';
import type { ApiClient } from '../http/api-client.ts';
import { isHtml, retryAfter } from '../http/replies.ts';
import { readTestStream } from './test-outcome.ts';
import { modelWire, upstreamModelsWire } from './api/wire.ts';

/** A test waits for the vendor, so it has its own limit, whatever that of other requests is (rule N17). */
const testMs = 120_000;
const maxStreamBytes = 1024 * 1024;

/** Account tests through the admin API. */
export function sub2apiProof(client: ApiClient): ProofPort {
  const { http } = client;
  return {
    testAccount: async (account, { model, deadCodes, signal }) => {
      try {
        const reply = await client.ask({
          method: 'POST',
          path: `/api/v1/admin/accounts/${account.id}/test`,
          body: { model_id: model },
          timeoutMs: testMs,
          maxBytes: maxStreamBytes,
          signal,
        });
        if (reply.status === 429)
          return {
            outcome: 'failed',
            why: 'throttled',
            message: 'the host takes no more requests for now',
            retryAfterMs: retryAfter(reply.headers, http.clock.now()),
          };
        if (reply.status !== 200 || isHtml(reply))
          return {
            outcome: 'error',
            timedOut: false,
            overloaded: reply.status === 503,
            message: `the host answered the test with ${reply.status}${isHtml(reply) ? ' and a web page' : ''}`,
          };
        return readTestStream(reply.text, { platform: account.platform, deadCodes, clean: (text) => http.clean(text) });
      } catch (failure) {
        if (!(failure instanceof HostFailure)) throw failure;
        return { outcome: 'error', timedOut: failure.maybeInFlight, message: failure.message };
      }
    },
    accountModels: async ({ id }) => {
      const models = await client.get(`/api/v1/admin/accounts/${id}/models`, modelWire.array().nullish());
      return (models ?? []).map((model) => http.name(model.id.trim()));
    },
    upstreamModels: async (id) => {
      try {
        const { models } = await client.read(
          { method: 'POST', path: `/api/v1/admin/accounts/${id}/models/sync-upstream`, body: {} },
          upstreamModelsWire,
        );
        return { outcome: 'listed', models: models.map((model) => http.name(model)) };
      } catch (failure) {
        if (!(failure instanceof HostFailure) || failure.status === undefined) throw failure;
        return meaningOf(failure.said ?? failure.message);
      }
    },
  };
}

/** The host tells what the vendor said in its message only; the texts are the same in 0.1.129 and 0.1.179. */
function meaningOf(message: string): UpstreamModels {
  const status = Number(/failed with HTTP (\d{3})/.exec(message)?.[1] ?? 0);
  if (status === 401 || status === 402 || status === 403) return { outcome: 'refused', message };
  if (status === 404) return { outcome: 'missing', message };
  if (/not valid JSON/.test(message)) return { outcome: 'junk', message };
  return { outcome: 'unavailable', message };
}
