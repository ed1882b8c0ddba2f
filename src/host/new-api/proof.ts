import { z } from 'zod';
import { HostFailure } from '../host-failure.ts';
import type { ApiClient } from '../http/api-client.ts';
import { isHtml } from '../http/replies.ts';
import type { AccountTest, ProofPort, UpstreamModels } from '../proof.ts';
import { testWire } from './api/wire.ts';
import { faultOf } from './test-fault.ts';
import { parseJson } from '../../core/parse-json.ts';

/** A test waits for the vendor, so it has its own limit, whatever that of other requests is (rule N17). */
const testMs = 120_000;

/** Tests of channels through the admin API: a real completion, through the channel's own names. */
export function newApiProof(client: ApiClient): ProofPort {
  const { http } = client;
  return {
    testAccount: async ({ id }, { model, deadCodes, signal }): Promise<AccountTest> => {
      try {
        const path = `/api/channel/test/${id}`;
        const reply = await client.ask({ method: 'GET', path, query: { model }, timeoutMs: testMs, signal });
        const said = testWire.safeParse(parseJson(reply.text)).data;
        if (reply.status !== 200 || said === undefined) {
          const what = `${reply.status}${isHtml(reply) ? ' and a web page' : ''}`;
          return { outcome: 'error', timedOut: false, message: `the host answered the test with ${what}` };
        }
        if (said.success) return { outcome: 'passed', answered: true, message: '' };
        return {
          outcome: 'failed',
          why: faultOf(said.message, said.error_code ?? '', deadCodes),
          message: http.clean(said.message),
        };
      } catch (failure) {
        if (!(failure instanceof HostFailure)) throw failure;
        return { outcome: 'error', timedOut: failure.maybeInFlight, message: failure.message };
      }
    },
    // They stand in the channel itself.
    accountModels: async ({ mapping }) => Object.keys(mapping),
    upstreamModels: async (id) => {
      try {
        const models = await client.get(`/api/channel/fetch_models/${id}`, z.string().array());
        return { outcome: 'listed', models: models.map((model) => http.name(model)) };
      } catch (failure) {
        if (!(failure instanceof HostFailure) || failure.status === undefined) throw failure;
        return meaningOf(failure.said ?? failure.message);
      }
    },
  };
}

/** The vendor's status stands in the text, which is Chinese or English otherwise. */
function meaningOf(message: string): UpstreamModels {
  const status = Number(/status code: (\d{3})/.exec(message)?.[1] ?? 0);
  if (status === 401 || status === 402 || status === 403) return { outcome: 'refused', message };
  if (status === 404) return { outcome: 'missing', message };
  if (/invalid character/.test(message)) return { outcome: 'junk', message };
  return { outcome: 'unavailable', message };
}
