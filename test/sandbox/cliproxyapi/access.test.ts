import { describe, expect, it } from 'vitest';
import { cliProxies } from '../../support/sandboxes.ts';
import { ask, gateway, models } from './client.ts';

const open = cliProxies();
const look = 'GET /debug';

describe('management of a CLIProxyAPI', () => {
  it.each<[string, (key: string) => Record<string, string>, number, string?]>([
    ['a bearer', (key) => ({ authorization: `Bearer ${key}` }), 200],
    ['a loud bearer', (key) => ({ authorization: `BEARER ${key}` }), 200],
    ['the bare key', (key) => ({ authorization: key }), 200],
    ['a header of its own', (key) => ({ 'x-management-key': key }), 200],
    ['a wrong bearer beside it', (key) => ({ authorization: 'Bearer no', 'x-management-key': key }), 401, 'invalid'],
    ['the header of gateways', (key) => ({ 'x-api-key': key }), 401, 'missing'],
    ['nothing', () => ({}), 401, 'missing'],
    ['the header of a proxy', (key) => ({ authorization: key, 'x-forwarded-for': '1.2.3.4' }), 403, 'remote'],
    ['another of a proxy', (key) => ({ authorization: key, 'x-real-ip': '1.2.3.4' }), 403, 'remote'],
  ])('answers %s', async (_name, headers, status, said) => {
    const host = await open();
    const reply = await ask(host, look, undefined, headers(host.adminKey));
    const { version, commit } = { version: 'x-cpa-version', commit: 'x-cpa-commit' };
    expect([reply.status, reply.headers.get(version), reply.headers.get(commit)]).toEqual([status, 'dev', 'none']);
    const texts: Record<string, string> = {
      invalid: 'invalid management key',
      missing: 'missing management key',
      remote: 'remote management disabled',
    };
    expect(reply.body).toEqual(said === undefined ? { debug: false } : { error: texts[said] });
  });

  it('asks for the key before it says what is no path', async () => {
    const host = await open({ hostVersion: '7.2.140' });
    const { status, headers } = await ask(host, 'GET /nope', undefined, {});
    expect([status, headers.get('x-cpa-version')]).toEqual([401, '7.2.140']);
  });

  it('bans nobody unless it is told to', async () => {
    const host = await open();
    for (const _ of [1, 2, 3, 4, 5, 6, 7]) expect((await ask(host, look, undefined, {})).status).toBe(401);
    expect((await ask(host, look)).status).toBe(200);
  });

  it('bans an address for half an hour after the fifth failure in a row', async () => {
    let now = Date.now();
    const host = await open({ bans: true, now: () => now });
    const fail = async (times: number) => {
      for (let each = 0; each < times; each += 1) expect((await ask(host, look, undefined, {})).status).toBe(401);
    };
    await fail(4);
    expect((await ask(host, look)).status).toBe(200);
    await fail(5);
    const banned = (left: string) => ({
      error: `IP banned due to too many failed attempts. Try again in ${left}`,
    });
    expect(await ask(host, look)).toMatchObject({ status: 403, body: banned('30m0s') });
    now += 61_000;
    expect((await ask(host, look)).body).toEqual(banned('28m59s'));
    expect(await gateway(host, 'GET /healthz')).toMatchObject({ status: 200 });
    expect(await models(host)).toEqual([]);
    // Another address is another matter, and whoever asks may say which it is.
    const other = { authorization: host.adminKey, 'x-forwarded-for': '::1' };
    expect((await ask(host, look, undefined, other)).status).toBe(200);
    now += 29 * 60_000;
    expect((await ask(host, look)).status).toBe(200);
  });

  it('is not there without a key of its own, as if the path were wrong', async () => {
    const host = await open({ settings: { management: false } });
    const { status, text, headers } = await ask(host, look);
    expect([status, text, headers.get('x-cpa-version')]).toEqual([404, '', null]);
    expect(await models(host)).toEqual([]);
    host.settings.management = true;
    expect((await ask(host, look)).status).toBe(200);
  });
});
