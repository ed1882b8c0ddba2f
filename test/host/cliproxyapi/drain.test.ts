import { describe, expect, it } from 'vitest';
import { ask, list } from '../../sandbox/cliproxyapi/client.ts';
import { aKeySpec, cliProxyPorts, create, done } from '../../support/cliproxyapi-ports.ts';

const start = cliProxyPorts();
const keys = ['first-upstream-key-01', 'second-upstream-key-02', 'third-upstream-key-03'];
const usage = '/v0/management/api-key-usage';

async function serving(drainMsPerKey: number) {
  const port = await start({ settings: { drainMsPerKey } });
  const { sandbox, clock } = port;
  const host = await port.open();
  for (const key of keys) done(await create(host, key, aKeySpec(sandbox, key)));
  await clock.sleep(1000);
  const live = () => [...sandbox.state.credentials.values()].map(({ key }) => key);
  expect(live()).toEqual(keys);
  const ids = (await host.reads.accounts()).map(({ id }) => id);
  sandbox.requests.length = 0;
  const startedAt = clock.now();
  return { ...port, host, live, ids, took: () => clock.now() - startedAt };
}

describe('a key that is removed from a CLIProxyAPI', () => {
  it('is waited for until it serves nobody any more', async () => {
    const { host, ids, live, sandbox, took } = await serving(30_000);
    done(await host.writes.deleteAccount(ids[0] ?? ''));
    await ask(sandbox, 'GET /api-keys');
    expect(live()).toEqual(keys.slice(1));
    expect(took()).toBeGreaterThanOrEqual(60_000);
    expect(took()).toBeLessThan(70_000);
  });

  it('is waited for no longer than it takes', async () => {
    const { host, ids, sandbox, took } = await serving(0);
    done(await host.writes.deleteAccount(ids[0] ?? ''));
    expect(sandbox.requests.filter(({ path }) => path === usage)).toHaveLength(1);
    expect(took()).toBeLessThan(1000);
  });

  it.each([404, 500])('is not waited for where the host answers %d when it is asked', async (status) => {
    const { host, ids, live, sandbox, took } = await serving(30_000);
    sandbox.addFault({ path: usage, fault: 'status', status, body: {}, times: 0 });
    done(await host.writes.deleteAccount(ids[0] ?? ''));
    expect(live()).toEqual(keys);
    expect(took()).toBeLessThan(5000);
  });

  it('is removed all the same where the host does not answer when it is asked', async () => {
    const { host, ids, sandbox, took } = await serving(30_000);
    sandbox.addFault({ path: usage, fault: 'drop-before', times: 0 });
    done(await host.writes.deleteAccount(ids[0] ?? ''));
    expect(took()).toBeLessThan(5000);
  });

  it('is not waited for for ever', async () => {
    const { host, ids, live, took } = await serving(86_400_000);
    done(await host.writes.deleteAccount(ids[0] ?? ''));
    expect(live()).toEqual(keys);
    expect(took()).toBeLessThan(700_000);
  });

  it('goes in one write with others, all of which are waited for', async () => {
    const { host, ids, live, sandbox } = await serving(30_000);
    for (const end of await Promise.all(ids.slice(1).map((id) => host.writes.deleteAccount(id)))) done(end);
    await ask(sandbox, 'GET /api-keys');
    expect(live()).toEqual(keys.slice(0, 1));
    expect(sandbox.requests.filter(({ method }) => method === 'PATCH')).toHaveLength(1);
  });

  it('is not waited for when it serves somebody else as well', async () => {
    const { clock, ids, open, sandbox } = await serving(0);
    const [key = ''] = keys;
    const theirs = { name: 'theirs', 'base-url': 'https://elsewhere.example', 'api-key-entries': [{ 'api-key': key }] };
    const entries = (await list(sandbox)) as object[];
    await ask(sandbox, 'PUT /openai-compatibility', [...entries, theirs]);
    await clock.sleep(1000);
    const startedAt = clock.now();
    done(await (await open()).writes.deleteAccount(ids[0] ?? ''));
    expect(clock.now() - startedAt).toBeLessThan(5000);
  });
});
