import { afterEach, describe, expect, it } from 'vitest';
import type { Host } from '../../src/host/host.ts';
import { connectSub2api } from '../../src/host/sub2api/session/connect.ts';
import { startSandbox, type Sandbox } from '../support/start-sandbox.ts';
import { addUser } from '../../src/sandbox/sub2api/people/users.ts';
import { Redactor } from '../../src/core/secrets/redactor.ts';
import { Secret } from '../../src/core/secrets/secret.ts';
import { quickClock } from '../support/clocks.ts';

const open: Sandbox[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.stop();
});

async function start(): Promise<Sandbox> {
  const sandbox = await startSandbox();
  open.push(sandbox);
  return sandbox;
}

function connect(sandbox: Sandbox, baseUrl = sandbox.url): Promise<Host> {
  const clock = quickClock();
  const options = { baseUrl, userAgent: 'relay/test', timeoutMs: 10_000, clock, redactor: new Redactor() };
  return connectSub2api(options, { key: new Secret(sandbox.adminKey) });
}

const firstAdmin = ({ state }: Sandbox) => {
  const [first] = state.users.values();
  if (first === undefined) throw new Error('no admin');
  return first;
};

describe('who a sub2api host is (N12)', () => {
  it('is the same by every address and after further admins and users', async () => {
    const sandbox = await start();
    const host = await connect(sandbox);
    const identity = await host.identity();
    expect(identity).toEqual({ value: expect.stringMatching(/^[0-9a-f]{64}$/), proven: true });
    addUser(sandbox.state, { email: 'second@relay.test', role: 'admin', created_at: '2020-01-01T00:00:00Z' });
    expect(await host.identity()).toEqual(identity);
    const other = await connect(sandbox, sandbox.url.replace('127.0.0.1', 'localhost'));
    expect(await other.identity()).toEqual(identity);
  });

  it('is the same in whichever zone the host writes its times, and another for another time', async () => {
    const sandbox = await start();
    const host = await connect(sandbox);
    const told = async (time: string) => {
      firstAdmin(sandbox).created_at = time;
      return (await host.identity())?.value;
    };
    const value = await told('2026-03-01T12:00:00.123456Z');
    expect(await told('2026-03-01T20:00:00.123456+08:00')).toBe(value);
    expect(await told('2026-03-01T12:00:01.123456Z')).not.toBe(value);
    expect(await told('2026-03-01T12:00:00.123457Z')).not.toBe(value);
    // A host leaves zeros at the end out.
    expect(await told('2026-03-01T12:00:00.12Z')).toBe(await told('2026-03-01T12:00:00.120000Z'));
  });

  it('is not that of a user, where the host lists others than were asked for', async () => {
    const sandbox = await start();
    const host = await connect(sandbox);
    firstAdmin(sandbox).role = 'user';
    expect(await host.identity()).toBeNull();
  });

  it.each([
    ['an error', { fault: 'status', status: 500 }],
    ['a refusal of this list', { fault: 'status', status: 403 }],
    ['a web page', { fault: 'html', status: 200 }],
    ['nothing', { fault: 'drop-before' }],
    ['no list', { fault: 'status', status: 200, body: { code: 0, data: null } }],
  ] as const)('is not told where the host answers with %s', async (_name, fault) => {
    const sandbox = await start();
    const host = await connect(sandbox);
    sandbox.addFault({ path: '/api/v1/admin/users', times: 0, ...fault });
    expect(await host.identity()).toBeNull();
  });

  it('is an error where the login is good no more', async () => {
    const sandbox = await start();
    const host = await connect(sandbox);
    sandbox.addFault({ path: '/api/v1/admin/users', fault: 'status', status: 401 });
    await expect(host.identity()).rejects.toMatchObject({ code: 'LOGIN_REFUSED' });
  });
});
