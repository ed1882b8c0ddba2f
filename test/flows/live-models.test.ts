import { afterEach, describe, expect, it } from 'vitest';
import { isOnHost, refuseLoop, upstreamOnHost } from '../../src/flows/import/refuse-loop.ts';
import type { ImportJob } from '../../src/flows/import/import-job.ts';
import { listLiveModels } from '../../src/flows/import/list-live-models.ts';
import { systemClock } from '../../src/core/clock.ts';
import { Redactor } from '../../src/core/secrets/redactor.ts';
import type { Secret } from '../../src/core/secrets/secret.ts';
import type { RunTools } from '../../src/apply/run-tools.ts';
import { HttpClient } from '../../src/host/http/http-client.ts';
import { placeholderKeys } from '../../src/keys/placeholder.ts';
import { settleProvider } from '../../src/pack/settle-provider.ts';
import { aProvider } from '../support/builders.ts';
import { keyFileOf } from '../support/import-run.ts';
import { startLitellm } from '../support/upstreams/litellm.ts';
import type { Upstream } from '../support/upstreams/upstream.ts';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const { signal: stop } = new AbortController();

/** A host at an address, whose gateway lets in whom it says. */
const hostAt = (url: string, letsIn: (key: string) => boolean = () => false) => {
  const asked: string[] = [];
  const models = async (key: Secret) => {
    asked.push(key.open());
    return letsIn(key.open())
      ? { ok: true, status: 200, value: [] }
      : { ok: false, status: 401, message: '', retryable: false };
  };
  const tools = { host: { info: { url }, gateway: { models } }, clock: systemClock, stop } as unknown as RunTools;
  return { tools, asked };
};

const jobAt = (baseUrl: string, kind: 'vendor' | 'gateway' = 'gateway', keys = ['sk-one-000111222333']): ImportJob =>
  ({ provider: aProvider({ baseUrl }), pack: { kind }, keyFile: keyFileOf(keys), live: null }) as unknown as ImportJob;

describe('a host that is its own upstream', () => {
  it.each([
    ['the same address', 'https://gw.example.org', 'https://gw.example.org/v1', true],
    ['with another protocol of it', 'https://gw.example.org', 'https://gw.example.org/v1beta', true],
    ['without a version', 'https://gw.example.org', 'https://gw.example.org', true],
    ['over plain http', 'https://gw.example.org', 'http://gw.example.org/v1', true],
    ['by another name of this machine', 'http://127.0.0.1:8080', 'http://localhost:8080/v1', true],
    ['with a doubled slash', 'https://gw.example.org', 'https://gw.example.org//v1', true],
    ['in another spelling', 'https://gw.example.org', 'https://gw.example.org/%76%31', true],
    ['below a path', 'https://gw.example.org/relay', 'https://gw.example.org/relay/v1', true],
    ['another port', 'http://127.0.0.1:8080', 'http://127.0.0.1:8081/v1', false],
    ['another path of the machine', 'https://gw.example.org', 'https://gw.example.org/ollama/v1', false],
    ['a longer name', 'https://gw.example.org', 'https://gw.example.org.other/v1', false],
  ])('is known by %s', async (_, url, baseUrl, isLoop) => {
    const refused = refuseLoop(jobAt(baseUrl), hostAt(url).tools);
    if (isLoop) await expect(refused).rejects.toMatchObject({ code: 'UPSTREAM_LOOP' });
    else await refused;
  });

  it('is known by a key that it takes from a user, whatever the address', async () => {
    const { tools } = hostAt('https://gw.example.org', (key) => key === 'sk-one-000111222333');
    await expect(refuseLoop(jobAt('https://alias.example.org/v1'), tools)).rejects.toMatchObject({
      code: 'UPSTREAM_LOOP',
      message: expect.stringContaining('line 1') as string,
    });
  });

  it('is not known by a key where everybody is let in, and no vendor is asked about', async () => {
    const open = hostAt('https://gw.example.org', () => true);
    await refuseLoop(jobAt('https://alias.example.org/v1'), open.tools);
    expect(open.asked).toHaveLength(2);
    expect(open.asked[1]).not.toBe(open.asked[0]);
    const vendor = hostAt('https://gw.example.org', () => true);
    await refuseLoop(jobAt('https://api.example.org/v1', 'vendor'), vendor.tools);
    expect(vendor.asked).toEqual([]);
  });
});

describe('an upstream on the machine of the host', () => {
  it.each([
    ['http://127.0.0.1:11434/v1', 'https://gw.example.org', true],
    ['http://localhost:11434/v1', 'https://gw.example.org', true],
    ['http://127.0.0.1:11434/v1', 'http://127.0.0.1:8080', false],
    ['https://llm.example.org/v1', 'https://gw.example.org', false],
  ])('%s behind %s: %s', async (baseUrl, url, is) => {
    const { tools } = hostAt(url);
    expect(isOnHost(baseUrl, url)).toBe(is);
    expect(upstreamOnHost(jobAt(baseUrl), tools).map(({ code }) => code)).toEqual(is ? ['UPSTREAM_ON_HOST'] : []);
  });

  it('is not asked for its models, which would be those of another', async () => {
    const asked: string[] = [];
    const pack = { ...aProvider(), defaultModels: 'live' as const };
    const { provider, live: order } = settleProvider(pack, 'http://127.0.0.1:11434/v1');
    const reach = (baseUrl: string) => {
      asked.push(baseUrl);
      throw new Error('asked');
    };
    const job = { provider, live: { order, reach }, keyFile: placeholderKeys() } as unknown as ImportJob;
    await expect(listLiveModels(job, hostAt('https://gw.example.org').tools)).rejects.toMatchObject({
      code: 'UPSTREAM_LIST_UNUSABLE',
      hint: expect.stringContaining('--model') as string,
    });
    expect(asked).toEqual([]);
  });
});

describe('the models of a live list', () => {
  const reach = (baseUrl: string) =>
    new HttpClient({
      baseUrl,
      userAgent: 'relay/test',
      timeoutMs: 10_000,
      clock: systemClock,
      redactor: new Redactor(),
    });
  const jobOf = ({ baseUrl }: Upstream, keys: string[], asked: string[] = [], most?: number) => {
    const pack = {
      ...aProvider(),
      defaultModels: 'live' as const,
      ...(most === undefined ? {} : { liveModels: { most } }),
    };
    const { provider, live: order } = settleProvider(pack, baseUrl, asked);
    return {
      provider,
      live: order && { order, reach },
      warnings: warned,
      keyFile: keyFileOf(keys),
    } as unknown as ImportJob;
  };
  const start = async (models: string[]) => {
    const upstream = await startLitellm({ models });
    ends.push(() => upstream.close());
    return upstream;
  };
  const here = () => hostAt('http://127.0.0.1:9').tools;
  const warned: ImportJob['warnings'] = [];

  it('are those that the first key that is taken is shown', async () => {
    const upstream = await start(['b', 'a']);
    const job = jobOf(upstream, ['sk-wrong-0001112223', upstream.key ?? '']);
    await listLiveModels(job, here());
    expect(job).toMatchObject({ live: null, provider: { defaultModels: ['a', 'b'], smokeTestModel: 'a' } });
    expect(upstream.requests).toHaveLength(2);
  });

  it('are said where some of them are left out', async () => {
    const upstream = await start(['b', 'B', 'openai/*']);
    const job = jobOf(upstream, [upstream.key ?? '']);
    await listLiveModels(job, here());
    expect(job.warnings).toMatchObject([
      {
        code: 'MODELS_LEFT_OUT',
        message: expect.stringMatching(/in case alone; 1 entry without a usable name\.$/) as string,
      },
    ]);
  });

  it('are asked for with five keys at most', async () => {
    const upstream = await start(['a']);
    const keys = Array.from({ length: 9 }, (_, index) => `sk-wrong-000111222${index}`);
    await expect(listLiveModels(jobOf(upstream, keys), here())).rejects.toMatchObject({
      code: 'UPSTREAM_REFUSED',
      message: expect.stringContaining('(line 1)') as string,
    });
    expect(upstream.requests).toHaveLength(5);
  });

  it.each([
    ['there are none', [], [], undefined, 'lists no model.'],
    [
      'there are only names for several',
      ['openai/*'],
      [],
      undefined,
      'lists no model that has a usable name, of 1 entry.',
    ],
    ['none is meant', ['a', 'b'], ['q*'], undefined, 'lists 2 models, none of which --model q* stands for: a, b.'],
    ['there are too many', ['a', 'b', 'c'], [], 2, 'lists 3 models, more than 2: a, b, c.'],
    [
      'there are thousands',
      Array.from({ length: 3000 }, (_, at) => `m${at}`),
      [],
      undefined,
      'lists 3,000 models, more than 200: m0, m1, m2, m3, m4 and 2,995 more.',
    ],
  ])('are refused where %s', async (_, models, asked, most, message) => {
    const upstream = await start(models);
    await expect(listLiveModels(jobOf(upstream, [upstream.key ?? ''], asked, most), here())).rejects.toMatchObject({
      code: 'UPSTREAM_LIST_UNUSABLE',
      message: expect.stringContaining(message) as string,
    });
  });
});
