import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { join } from 'node:path';
import { startSandbox, type Sandbox } from '../support/start-sandbox.ts';
import { importWords, workplace, type Workplace } from '../support/binary.ts';
import { startProxy, startTls, type TestProxy } from '../support/proxy.ts';
import { testCertificate } from '../support/test-certificate.ts';

let place: Workplace;
let host: Sandbox;
let tls: Awaited<ReturnType<typeof startTls>>;
let proxy: TestProxy | undefined;
beforeAll(async () => {
  place = await workplace();
  await place.write('authority.pem', testCertificate);
  await place.write('keys.txt', 'sk-good-aaaaaaaaaaaaaaaaaaaa1\nsk-good-bbbbbbbbbbbbbbbbbbbb2');
  host = await startSandbox();
  tls = await startTls(Number(new URL(host.url).port));
});
afterAll(async () => {
  await tls.stop();
  await host.stop();
  await place.remove();
});
afterEach(async () => {
  await proxy?.stop();
  proxy = undefined;
});

const start = async (refuse?: number) => {
  proxy = await startProxy({
    tls: tls.port,
    plain: Number(new URL(host.url).port),
    ...(refuse === undefined ? {} : { refuse }),
  });
  return proxy;
};
const trust = () => ({ NODE_EXTRA_CA_CERTS: join(place.folder, 'authority.pem'), RELAY_ADMIN_KEY: host.adminKey });
const status = (url: string, env: Record<string, string>, ...more: string[]) => {
  const own = url.startsWith('https:') ? trust() : { RELAY_ADMIN_KEY: host.adminKey };
  return place.run(['status', '--pack', 'kimi', '--output', 'json', '--host', url, ...more], {
    env: { ...own, ...env },
  });
};

describe('a proxy of the environment', () => {
  it.each(['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY'])('carries https in a tunnel: %s', async (name) => {
    const { url, asked, logins } = await start();
    expect(await status('https://gateway.test', { [name]: url })).toMatchObject({ exitCode: 0 });
    expect(new Set(asked)).toEqual(new Set(['CONNECT gateway.test:443']));
    expect(new Set(logins)).toEqual(new Set([undefined]));
  });

  it.each(['HTTP_PROXY', 'http_proxy'])('carries plain http where that is allowed: %s', async (name) => {
    const { url, asked } = await start();
    expect(await status('http://gateway.test:8080', { [name]: url }, '--allow-http')).toMatchObject({ exitCode: 0 });
    expect(asked[0]).toMatch(/^GET http:\/\/gateway\.test:8080\/api\/v1\//);
  });

  it('carries writes as well, whole', async () => {
    const { url, asked } = await start();
    const args = importWords({ url: 'https://gateway.test', vendorUrl: host.vendorUrl });
    const run = await place.run(args, { env: { ...trust(), HTTPS_PROXY: url } });
    expect(run).toMatchObject({ exitCode: 0 });
    expect((await place.report()).summary).toMatchObject({ accepted: 2, passed: 2 });
    expect(asked.every((line) => line === 'CONNECT gateway.test:443')).toBe(true);
  });

  it.each([401, 407])('that refuses with %i is named with what to do, without its login (N1)', async (refusal) => {
    const { port, logins } = await start(refusal);
    const HTTPS_PROXY = `http://ann:canary%2Fpass@127.0.0.1:${port}`;
    const refused = await status('https://gateway.test', { HTTPS_PROXY }, '--verbose');
    expect(refused.exitCode).toBe(3);
    expect(refused.stderr).toContain(
      `did not get through the proxy http://127.0.0.1:${port}, which answered ${refusal}.`,
    );
    expect(refused.stderr).toContain('NO_PROXY names hosts');
    if (refusal === 407) expect(refused.stderr).toContain('Check the login in HTTPS_PROXY');
    expect(refused.stdout + refused.stderr).not.toMatch(/canary|ann:/);
    expect(logins[0]).toBe(`Basic ${Buffer.from('ann:canary/pass').toString('base64')}`);
  });

  it('that refuses plain http is named too', async () => {
    const { url } = await start(407);
    const refused = await status('http://gateway.test', { http_proxy: url }, '--allow-http');
    expect(refused).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('which answered 407') as unknown });
    expect(refused.stderr).toContain('Give its login in http_proxy');
  });

  it('that is not there is named', async () => {
    const { port, stop } = await start();
    await stop();
    proxy = undefined;
    const lost = await status('https://gateway.test', { HTTPS_PROXY: `127.0.0.1:${port}` });
    expect(lost.exitCode).toBe(3);
    expect(lost.stderr).toContain(`got no answer through the proxy http://127.0.0.1:${port}: nothing listens at`);
    expect(lost.stderr).toContain('Check HTTPS_PROXY and that the proxy runs');
  });

  it('is not asked for this machine, or for what NO_PROXY names', async () => {
    const { url, asked } = await start();
    expect(await status(host.url, { HTTP_PROXY: url })).toMatchObject({ exitCode: 0 });
    const direct = await status('https://gateway.test', { HTTPS_PROXY: url, NO_PROXY: '.test' }, '--timeout', '5s');
    expect(direct.exitCode).toBe(3);
    expect(asked).toEqual([]);
  });

  it('that speaks something else is refused', async () => {
    const refused = await status('https://gateway.test', { HTTPS_PROXY: 'socks5://127.0.0.1:1' });
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('speaks socks5') as unknown });
  });
});

describe('a certificate of an authority of one’s own', () => {
  it('is trusted through NODE_EXTRA_CA_CERTS, and named as the way when it is not', async () => {
    const { url } = await start();
    const env = { HTTPS_PROXY: url, NODE_EXTRA_CA_CERTS: '' };
    const refused = await status('https://gateway.test', env);
    expect(refused).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining('DEPTH_ZERO_SELF_SIGNED_CERT') as unknown,
    });
    expect(refused.stderr).toContain('set NODE_EXTRA_CA_CERTS to a PEM file');
  });
});
