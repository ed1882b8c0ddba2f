import { describe, expect, it } from 'vitest';
import { commonFaults } from '../../support/faults.ts';
import { aKeySpec, cliProxyPorts, create, done, writesOf } from '../../support/cliproxyapi-ports.ts';

const start = cliProxyPorts();
const key = 'first-upstream-key-01';
const root = '/v0/management';
const run = '20261120-120000-abcdef';

const refusals = {
  'a 401': { fault: 'status', status: 401, body: { error: 'invalid management key' } },
  'a 404': { fault: 'status', status: 404, body: '' },
  ...commonFaults,
} as const;
const cases = Object.entries(refusals);

/** A host that has been written to: what comes before a first write is over. */
async function ready() {
  const { open, sandbox } = await start();
  const host = await open();
  const earlier = 'earlier-upstream-key-00';
  done(await create(host, earlier, aKeySpec(sandbox, earlier, { name: 'acme-00' })));
  sandbox.requests.length = 0;
  return { host, sandbox };
}

describe('what was written into a CLIProxyAPI that cannot be looked at afterwards', () => {
  it.each(cases)('is not called undone after %s of the list', async (_, fault) => {
    const { host, sandbox } = await ready();
    sandbox.addFault({ ...fault, method: 'GET', path: `${root}/openai-compatibility`, nth: 2, times: 0 });
    expect((await create(host, key, aKeySpec(sandbox, key))).status).toBe('unknown');
    expect(writesOf(sandbox)).toHaveLength(1);
    expect(sandbox.state.file).toContain(key);
  });

  it.each(cases)('is not called undone after %s of the file', async (_, fault) => {
    const { host, sandbox } = await ready();
    sandbox.addFault({ ...fault, path: `${root}/config.yaml`, times: 0 });
    expect((await create(host, key, aKeySpec(sandbox, key))).status).toBe('unknown');
    expect(sandbox.state.file).toContain(key);
  });

  it.each(cases)('is not called undone after %s when it is sent again', async (_, fault) => {
    const { open, sandbox } = await start();
    const host = await open();
    sandbox.settings.loseNextWrites = 1;
    sandbox.addFault({ ...fault, method: 'PUT', path: '*', nth: 2, times: 0 });
    expect((await create(host, key, aKeySpec(sandbox, key))).status).toBe('unknown');
  });

  it.each(cases)('is not called undone after %s when it is a client key', async (_, fault) => {
    const { host, sandbox } = await ready();
    const client = host.clientKeys?.of(run);
    sandbox.addFault({ ...fault, method: 'GET', path: `${root}/api-keys`, nth: 2, times: 0 });
    expect((await client?.create())?.status).toBe('unknown');
    expect(sandbox.state.file).toContain(client?.name);
  });

  it.each(cases)('is not called undone after %s when it is a change', async (_, fault) => {
    const { open, sandbox } = await start();
    const host = await open();
    done(await create(host, key, aKeySpec(sandbox, key)));
    const [account] = await host.reads.accounts();
    const looks = 1 + 1 + 5;
    sandbox.addFault({ ...fault, method: 'GET', path: `${root}/openai-compatibility`, nth: looks + 1, times: 0 });
    expect((await host.writes.changeAccount(account?.id ?? '', { name: 'acme-07' })).status).toBe('unknown');
    expect(sandbox.state.file).toContain('acme-07');
  });
});
