import { describe, expect, it } from 'vitest';
import { ask, list } from '../../sandbox/cliproxyapi/client.ts';
import { cliProxyPorts, done, writesOf, type CliProxyPort } from '../../support/cliproxyapi-ports.ts';

const start = cliProxyPorts();
const probe = 'relay-probe-20261120-120000-abcdef';
const run = '20261120-120000-abcdef';
/** A key as relay makes it for a run. */
const probeKey = `${probe}-${'0a'.repeat(24)}`;

async function holding(...keys: string[]) {
  const port = await start();
  await put(port, keys);
  const host = await port.open();
  const { clientKeys } = host;
  if (clientKeys === null) throw new Error('it has no client keys');
  const shown = async () => (await list(port.sandbox, 'api-keys')) as string[];
  return { ...port, host, clientKeys, client: clientKeys.of(run), shown };
}

async function put({ sandbox, clock }: CliProxyPort, keys: unknown): Promise<void> {
  await ask(sandbox, 'PUT /api-keys', keys);
  await clock.sleep(1000);
  // The reload that is due by now ends with the next request.
  await ask(sandbox, 'GET /api-keys');
  sandbox.requests.length = 0;
}

describe('the client key of a run', () => {
  it('is added and removed, with those of others as they were', async () => {
    const others = ['  theirs  ', 'client-key-0001', 'client-key-0001', '', 'ünd "so"'];
    const { client, clientKeys, shown } = await holding(...others);
    done(await client.create());
    const key = (await shown()).at(-1) ?? '';
    expect(await shown()).toEqual([...others, key]);
    expect(key).toMatch(new RegExp(`^${probe}-[0-9a-f]{48}$`));
    expect(await client.find()).toBe(probe);
    expect(await clientKeys.all()).toEqual([{ id: probe, name: probe, run, createdAt: null }]);
    const opened = await client.keyFor(probe, null, 'self_service', () => Promise.reject(new Error('nothing is made')));
    expect(opened.open()).toBe(key);
    done(await client.remove(probe));
    expect(await shown()).toEqual(others);
    expect(await client.find()).toBeUndefined();
  });

  it('is added again when another writer has lost it', async () => {
    const { client, sandbox, shown } = await holding('client-key-0001');
    sandbox.settings.loseNextWrites = 2;
    done(await client.create());
    expect(await shown()).toHaveLength(2);
    expect(writesOf(sandbox)).toEqual(['PATCH /api-keys', 'PATCH /api-keys', 'PATCH /api-keys']);
  });

  it('is removed again when another writer has brought it back', async () => {
    const { client, sandbox, shown } = await holding('client-key-0001', probeKey);
    sandbox.settings.loseNextWrites = 1;
    done(await client.remove(probe));
    expect(await shown()).toEqual(['client-key-0001']);
    expect(writesOf(sandbox)).toEqual(['DELETE /api-keys', 'DELETE /api-keys']);
  });

  it.each(['create', 'remove'] as const)(
    'is not said to be there, or gone, when the host keeps no %s',
    async (does) => {
      const { client, sandbox } = await holding('client-key-0001', ...(does === 'remove' ? [probeKey] : []));
      sandbox.settings.loseNextWrites = 6;
      const end = await (does === 'create' ? client.create() : client.remove(probe));
      expect(end).toMatchObject({ status: 'unknown', failure: { code: 'HOST_FAILED' } });
      expect(writesOf(sandbox)).toHaveLength(6);
    },
  );

  it('is not removed as the last one after all, when those of others go meanwhile', async () => {
    const { client, clock, sandbox, shown } = await holding('client-key-0001', probeKey);
    sandbox.settings.loseNextWrites = 1;
    const { sleep } = clock;
    let left = 2;
    clock.sleep = async (ms, signal) => {
      left -= 1;
      if (left === 0) await ask(sandbox, 'PUT /api-keys', [probeKey]);
      return sleep(ms, signal);
    };
    expect(await client.remove(probe)).toMatchObject({
      status: 'unknown',
      failure: { message: expect.stringContaining('the last client key') as unknown },
    });
    expect(await shown()).toEqual([probeKey]);
  });

  it('is neither there nor lost while the file is being written', async () => {
    const { client, sandbox } = await holding('client-key-0001');
    sandbox.settings.emptyNextReads = 12;
    done(await client.create());
    expect(writesOf(sandbox)).toEqual(['PATCH /api-keys']);
  });

  it('is waited for, since the gateway may not know it at once', async () => {
    const { client, sandbox, clock, shown } = await holding('client-key-0001');
    done(await client.create());
    await clock.sleep(1000);
    const [first = ''] = await shown();
    sandbox.state.clientKeys = [first];
    const { sleep } = clock;
    let left = 3;
    clock.sleep = async (ms, signal) => {
      left -= 1;
      if (left === 0) sandbox.state.clientKeys.push(...(await shown()));
      return sleep(ms, signal);
    };
    sandbox.requests.length = 0;
    await client.keyFor(probe, null, 'self_service', () => Promise.reject(new Error('nothing is made')));
    const asked = sandbox.requests.filter(({ path }) => path === '/v1/models');
    expect(asked.map(({ status }) => status)).toEqual([401, 401, 401, 200]);
  });

  it.each([[[probeKey]], [['', '   ', probeKey]]])('is never removed as the last one: %j', async (keys) => {
    const port = await holding('client-key-0001');
    const { client, sandbox } = port;
    await put(port, keys);
    expect(await client.remove(probe)).toMatchObject({
      status: 'rejected',
      failure: { message: expect.stringContaining('the last client key') as unknown },
    });
    expect(writesOf(sandbox)).toEqual([]);
  });
});

describe('a client key that serves a gateway check', () => {
  it.each([
    [['client-key-0001', probeKey], 'client-key-0001'],
    [['', '  ', probeKey, 'client-key-0002'], 'client-key-0002'],
    [[probeKey], undefined],
    [[''], undefined],
  ])('of %j is %s', async (keys, expected) => {
    const { clientKeys } = await holding(...keys);
    expect((await clientKeys.usable('any'))?.open()).toBe(expected);
  });
});

describe('a list of client keys that lets everybody in', () => {
  it.each([[[]], [null], [['', '   ']]])('is told, and nothing is added to it: %j', async (keys) => {
    const port = await start();
    const { sandbox } = port;
    await put(port, keys);
    if (keys === null) sandbox.state.areClientKeysNull = true;
    const host = await port.open();
    expect(host.info.warnings.map(({ code }) => code)).toEqual(['GATEWAY_OPEN']);
    const client = host.clientKeys?.of(run);
    if (client === undefined) throw new Error('it has no client keys');
    expect(client.anyKey?.open()).toBe(client.name);
    expect((await client.create()).status).toBe('rejected');
    expect(await client.find()).toBeUndefined();
    done(await client.remove(client.name));
    expect(writesOf(sandbox)).toEqual([]);
    expect(await host.clientKeys?.usable('any')).toBeUndefined();
  });

  it('is no list with a key in it', async () => {
    const { host } = await holding('', 'client-key-0001');
    expect(host.info.warnings).toEqual([]);
  });
});
