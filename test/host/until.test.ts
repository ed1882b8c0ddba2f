import { setImmediate as tick } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Account } from '../../src/host/account.ts';
import { listAll } from '../../src/host/sub2api/api/admin-client.ts';
import { connectSub2api } from '../../src/host/sub2api/session/connect.ts';
import type { Sub2apiHost } from '../../src/host/sub2api/sub2api-host.ts';
import { startSandbox, type Sandbox } from '../support/start-sandbox.ts';
import type { Clock } from '../../src/core/clock.ts';
import { Redactor } from '../../src/core/secrets/redactor.ts';
import { Interruption, RelayError } from '../../src/core/relay-error.ts';
import { Secret } from '../../src/core/secrets/secret.ts';
import { anAccount } from '../support/builders.ts';
import { quickClock } from '../support/clocks.ts';
import { pagedHost, pageOf } from '../support/paged-host.ts';
import { closeServers } from '../support/small-server.ts';

const item = z.object({ id: z.int() });
const interruption = new Interruption('SIGINT');
const deadline = new RelayError('DEADLINE_PASSED', 'The run took longer than 1 s.');

afterEach(closeServers);

/** A clock whose pauses last until they are told to end early, and which tells that one has begun. */
function endlessClock(begins: () => void): Clock {
  const sleep = async (_: number, signal?: AbortSignal) => {
    const ended = new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
    begins();
    await ended;
  };
  return { ...quickClock(), sleep };
}

describe('a read that is told to end', () => {
  it.each([interruption, deadline])('while the host is silent throws the reason, $code', async (reason) => {
    const stop = new AbortController();
    const { client, asked } = await pagedHost((page) => {
      if (page.page === 1) return { ids: Array.from({ length: 1000 }, (_, index) => index + 1), total: 1500 };
      stop.abort(reason);
      return undefined;
    });
    await expect(listAll(client.until(stop.signal), '/list', item)).rejects.toBe(reason);
    expect(asked).toEqual(['1/1000', '2/1000']);
  });

  it('in the middle of an answer throws the reason', async () => {
    const stop = new AbortController();
    const { client } = await pagedHost((_, reply) => {
      reply.writeHead(200, { 'content-type': 'application/json' }).write('{"code":0,', () => stop.abort(interruption));
      return undefined;
    });
    await expect(listAll(client.until(stop.signal), '/list', item)).rejects.toBe(interruption);
  });

  it('in a pause before it is tried again throws the reason', async () => {
    const stop = new AbortController();
    const clock = endlessClock(() => stop.abort(interruption));
    const { client, asked } = await pagedHost((_, reply) => void reply.writeHead(503).end(), clock);
    await expect(listAll(client.until(stop.signal), '/list', item)).rejects.toBe(interruption);
    expect(asked).toHaveLength(1);
  });

  it('in a pause before a list is read again throws the reason', async () => {
    const stop = new AbortController();
    const clock = endlessClock(() => stop.abort(interruption));
    const { client, asked } = await pagedHost(() => ({ ids: [1], total: 2 }), clock);
    await expect(listAll(client.until(stop.signal), '/list', item)).rejects.toBe(interruption);
    expect(asked).toHaveLength(1);
  });

  it('before it begins asks nothing', async () => {
    const { client, asked } = await pagedHost((page) => pageOf([1], page));
    await expect(listAll(client.until(AbortSignal.abort(interruption)), '/list', item)).rejects.toBe(interruption);
    expect(asked).toEqual([]);
    expect(await listAll(client, '/list', item)).toEqual([{ id: 1 }]);
  });

  it('for a reason that is none of relay is not answered, and is not tried again', async () => {
    const stop = new AbortController();
    const clock = quickClock();
    const { client, asked } = await pagedHost(() => {
      stop.abort();
      return undefined;
    }, clock);
    const read = listAll(client.until(stop.signal), '/list', item);
    await expect(read).rejects.toMatchObject({ name: 'HostFailure', code: 'HOST_UNREACHABLE' });
    expect(asked).toHaveLength(1);
    expect(clock.pauses).toEqual([]);
  });

  it('leaves a write alone that is under way, and one that comes later', async () => {
    const stop = new AbortController();
    const { client, asked } = await pagedHost((_, reply) => {
      stop.abort(interruption);
      reply.writeHead(200, { 'content-type': 'application/json' }).end('{"code":0,"data":{"id":1}}');
      return undefined;
    });
    const write = () => client.until(stop.signal).write('POST', '/list', {}, item);
    expect(await write()).toEqual({ status: 'applied', value: { id: 1 } });
    expect(await write()).toEqual({ status: 'applied', value: { id: 1 } });
    expect(asked).toHaveLength(2);
  });

  it('by either of two signals ends', async () => {
    const { client } = await pagedHost((page) => pageOf([1], page));
    const [quiet, aborted] = [new AbortController().signal, AbortSignal.abort(interruption)];
    for (const both of [client.until(quiet).until(aborted), client.until(aborted).until(quiet)])
      await expect(listAll(both, '/list', item)).rejects.toBe(interruption);
    expect(await listAll(client.until(quiet), '/list', item)).toHaveLength(1);
  });
});

describe('a host whose reads are told to end', () => {
  let sandbox: Sandbox;
  let host: Sub2apiHost;
  let stop: AbortController;
  let until: Sub2apiHost;
  beforeEach(async () => {
    sandbox = await startSandbox();
    const options = { baseUrl: sandbox.url, userAgent: 'relay/test', timeoutMs: 30_000, clock: quickClock() };
    host = await connectSub2api({ ...options, redactor: new Redactor() }, { key: new Secret(sandbox.adminKey) });
    stop = new AbortController();
    until = host.until(stop.signal);
  });
  afterEach(() => sandbox.stop());

  const spec = { description: '', platform: 'openai', type: 'standard', rateMultiplier: 1 } as const;

  it('asks and writes like the host itself until then, and goes on to write after it', async () => {
    const made = await until.writes.createGroup({ ...spec, name: 'one' });
    if (made.status !== 'applied') throw made.failure;
    expect(await until.reads.groups()).toContainEqual(made.value);
    stop.abort(interruption);
    await expect(until.reads.groups()).rejects.toBe(interruption);
    await expect(until.reads.account('1')).rejects.toBe(interruption);
    await expect(until.proof.accountModels(anAccount({}))).rejects.toBe(interruption);
    await expect(until.proof.upstreamModels('1')).rejects.toBe(interruption);
    // This one reads before it writes.
    expect(await until.writes.describeGroup(made.value.id, 'two')).toMatchObject({ status: 'applied' });
    expect(await host.reads.groups()).toContainEqual({ ...made.value, description: 'two' });
  });

  it.each([
    ['its own signal', 'error'],
    ['that of the host', 'INTERRUPTED'],
  ])('ends a test of an account by %s: %s', async (whose, ends) => {
    const own = new AbortController();
    sandbox.addFault({ path: '/api/v1/admin/accounts/*/test', fault: 'delay', ms: 600_000 });
    const options = { model: 'kimi-k2.6', deadCodes: [], signal: own.signal };
    const test = until.proof.testAccount({ id: '1', platform: 'openai' } as Account, options);
    const ended = test.then(
      ({ outcome }) => outcome,
      (error: RelayError) => error.code,
    );
    while (!sandbox.requests.some(({ path }) => path.endsWith('/test'))) await tick();
    (whose === 'its own signal' ? own : stop).abort(interruption);
    expect(await ended).toBe(ends);
  });
});
