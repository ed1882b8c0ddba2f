import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/core/secrets/secret.ts';
import { ask, list, provider } from '../../sandbox/cliproxyapi/client.ts';
import { aKeySpec, cliProxyPorts, create, done } from '../../support/cliproxyapi-ports.ts';

const start = cliProxyPorts();
const own = 'sk-good-own-upstream-01';
const theirs = 'sk-good-of-somebody-01';
const request = { platform: 'openai', model: 'big', maxTokens: 8, tokensField: 'max_tokens' } as const;

/** A host on which somebody else serves the same model, and how often each answer comes of twelve. */
async function answers(...keys: string[]) {
  const { clock, open, sandbox } = await start();
  const foreign = provider(sandbox, { name: 'of-somebody', models: [{ name: 'kimi-k2.6', alias: 'big' }] }, [theirs]);
  await ask(sandbox, 'PUT /openai-compatibility', [foreign]);
  await clock.sleep(1000);
  const host = await open();
  for (const key of keys) done(await create(host, key, aKeySpec(sandbox, key)));
  await clock.sleep(1000);
  const all = await Promise.all(
    Array.from({ length: 12 }, () =>
      host.gateway.complete(new Secret(sandbox.clientKey), request, new AbortController().signal),
    ),
  );
  expect(await list(sandbox)).toHaveLength(keys.length === 0 ? 1 : 2);
  return all;
}

describe('an answer of the gateway of a CLIProxyAPI', () => {
  it('proves nothing where a key of somebody else has given it, and may come from another the next time', async () => {
    for (const each of await answers())
      expect(each).toEqual({
        ok: false,
        status: 200,
        retryable: true,
        message: "a key that is not relay's has answered, which serves big as well",
      });
  });

  it("proves relay's where it has given it", async () => {
    expect(new Set((await answers(own)).map(({ ok }) => ok))).toEqual(new Set([true, false]));
  });
});
