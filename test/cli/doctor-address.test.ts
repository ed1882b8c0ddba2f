import { createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { doctorSchema } from '../../src/report/doctor-report.ts';
import { startSandbox } from '../support/start-sandbox.ts';
import { workplace, type Workplace } from '../support/binary.ts';
import { expired, forAnotherName, selfSigned } from '../support/certificates.ts';
import { always, closeServers, inFrontOf, serve } from '../support/small-server.ts';

let place: Workplace;
beforeAll(async () => {
  place = await workplace();
  await place.write('own-ca.pem', selfSigned.cert);
  await place.write('other-ca.pem', forAnotherName.cert);
  await place.write('keys.txt', 'sk-good-aaaaaaaaaaaaaaaaaaaa1');
});
afterAll(() => place.remove());
afterEach(closeServers);

const login = { RELAY_ADMIN_KEY: 'admin-0123456789abcdef0123456789abcdef' };

/** What the doctor says of an address that is none, with all after it skipped. */
async function addressCheck(url: string, ...more: string[]) {
  const run = await place.run(['doctor', '--host', url, '--output', 'json', ...more], { env: login });
  const { checks } = doctorSchema.parse(JSON.parse(run.stdout));
  expect(run.exitCode).toBe(3);
  const [address, ...rest] = checks;
  expect([...new Set(rest.filter(({ id }) => id !== 'clock').map(({ state }) => state))]).toEqual(['skipped']);
  expect(address?.state).toBe('failure');
  return address;
}

const page = '<!doctype html><html><body>Welcome</body></html>';

describe('an address that answers, but is no host', () => {
  it.each([
    ['a web page', always(200, 'text/html', page), 'is not recognised as a host', 'the port of --host'],
    [
      'JSON of something else',
      always(200, 'application/json', '{"ok":true}'),
      'is not recognised as a host',
      'Something else listens',
    ],
    ['nothing there', always(404, 'text/plain', 'not found'), 'is not recognised as a host', 'Something else listens'],
    ['an empty answer', always(200, 'text/plain', ''), 'is not recognised as a host', 'Something else listens'],
    ['a login of its own', always(401, 'text/html', page), 'asks for a login before it answers', 'in front'],
    ['a firewall', always(403, 'text/html', page), '403', 'firewall'],
    ['a proxy without its host', always(502, 'text/html', page), '502', 'does not reach the host'],
    ['a host that fails', always(500, 'application/json', '{"code":500,"message":"internal error"}'), '500', 'log'],
  ])('%s', async (_name, listener, message, hint) => {
    const seen: string[] = [];
    const url = await serve((request, reply) => {
      if (request.headers['x-api-key'] !== undefined) seen.push(request.url ?? '');
      listener(request, reply);
    });
    const check = await addressCheck(url);
    expect(check?.message).toContain(message);
    expect(check?.hint).toContain(hint);
    expect(seen, 'got the key').toEqual([]);
  });

  it('a redirect, with the address to give instead', async () => {
    const to = (location: (path: string) => string) =>
      serve((request, reply) =>
        always(301, 'text/html', '', { location: location(request.url ?? '') })(request, reply),
      );
    const moved = await addressCheck(await to((path) => `https://gateway.example.org${path}`));
    expect(moved).toMatchObject({ hint: 'Give --host https://gateway.example.org instead.' });
    const elsewhere = await addressCheck(await to(() => 'https://login.example.org/?next=health'));
    expect(elsewhere).toMatchObject({ hint: 'Give the address it redirects to.' });
  });

  it('one that never answers, within --timeout', async () => {
    const check = await addressCheck(await serve(() => undefined), '--timeout', '300ms');
    expect(check).toMatchObject({
      message: expect.stringContaining('not answered within 0.3 s') as unknown,
      hint: expect.stringContaining('--timeout') as unknown,
    });
  });

  it('one that never answers, until --deadline', async () => {
    const args = ['doctor', '--host', await serve(() => undefined), '--deadline', '300ms'];
    const run = await place.run(args, { env: login });
    expect(run).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('DEADLINE_PASSED') as unknown });
  });

  it('one that never answers, until Ctrl-C', async () => {
    let ask = (): void => undefined;
    const asked = new Promise<void>((resolve) => (ask = resolve));
    const args = ['doctor', '--host', await serve(() => ask())];
    const run = await place.run(args, { env: login, signalAt: { moment: asked, signal: 'SIGINT' } });
    expect(run).toMatchObject({ exitCode: 130, stderr: expect.stringContaining('INTERRUPTED') as unknown });
  });
});

describe('an address that is not the one of a host', () => {
  it('is not repeated as the command to run next; with a path, the one without it is given', async () => {
    const url = await serve(always(404, 'text/plain', 'not found'));
    const { host, origin } = new URL(url);
    for (const [at, todo] of [
      [url, `Something else listens at ${host}: check the address and the port of --host.`],
      [`${url}/admin`, `Give the root address of the host, without a path: --host ${origin}.`],
    ] as const)
      for (const command of [['doctor'], ['status', '--pack', 'kimi']]) {
        const run = await place.run([...command, '--host', at], { env: login });
        expect(run).toMatchObject({ exitCode: 3 });
        expect(`${run.stdout}\n${run.stderr}`.replaceAll(/\s+/g, ' ')).toContain(todo);
        expect(run.stderr.split('\n').at(-1)).toBe('Next: relay explain HOST_WRONG_ADDRESS');
      }
  });

  it('is asked at every port, also at one to which no browser sends HTTP', async () => {
    expect(await addressCheck('http://127.0.0.1:1')).toMatchObject({
      message: expect.stringContaining('nothing listens at 127.0.0.1:1 ') as unknown,
    });
  });
});

describe('an address that cannot be spoken to says why, and import says the same', () => {
  const bare = async (answer: string | null) => {
    const server = createServer((socket) => void (answer === null ? socket.destroy() : socket.end(answer)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    return { port, close: () => server.close() };
  };

  async function told(url: string, message: string, hint: string) {
    const check = await addressCheck(url);
    expect(check?.message).toContain(message);
    expect(check?.hint).toContain(hint);
    const run = await place.run(['import', '--pack', 'kimi', '--keys', 'keys.txt', '--host', url], { env: login });
    expect(run.exitCode).toBe(3);
    expect(run.stderr).toContain(message);
    expect(run.stderr).toContain(hint);
  }

  it('nothing listens', async () => {
    const { port, close } = await bare(null);
    close();
    await told(`http://127.0.0.1:${port}`, `nothing listens at 127.0.0.1:${port} (ECONNREFUSED)`, 'it runs');
  });

  it('something that is not HTTP', async () => {
    const { port, close } = await bare('220 mail.example.org ESMTP\r\n');
    await told(`http://127.0.0.1:${port}`, 'something that is not HTTP (', 'something else listens');
    close();
  });

  it('a connection that is cut', async () => {
    const { port, close } = await bare(null);
    await told(`http://127.0.0.1:${port}`, 'cut the connection', 'firewall');
    close();
  });

  it('no such name', () => told('https://gateway.invalid', 'DNS', 'this machine'));

  it('https where plain http is spoken', async () => {
    const url = (await serve(always(200, 'text/plain', ''))).replace('http:', 'https:');
    await told(url, 'does not speak TLS', 'write http://');
  });

  it.each([
    ['self-signed', selfSigned, 'its certificate is self-signed', 'NODE_EXTRA_CA_CERTS'],
    ['expired', expired, 'its certificate has expired', 'clock of this machine'],
  ])('a certificate that is %s', async (_name, identity, message, hint) => {
    await told(await serve(always(200, 'text/plain', ''), identity), message, hint);
  });

  it('a certificate for another name', async () => {
    const url = await serve(always(200, 'text/plain', ''), forAnotherName);
    const run = await place.run(['doctor', '--host', url], {
      env: { ...login, COLUMNS: '200', NODE_EXTRA_CA_CERTS: `${place.folder}/other-ca.pem` },
    });
    expect(run.stdout).toContain('its certificate is not for 127.0.0.1');
  });

  it('a certificate that this machine was told to trust is fine', async () => {
    const host = await startSandbox();
    const url = await serve(
      inFrontOf(host.url, () => ({})),
      selfSigned,
    );
    const run = await place.run(['doctor', '--host', url], {
      env: { RELAY_ADMIN_KEY: host.adminKey, NODE_EXTRA_CA_CERTS: `${place.folder}/own-ca.pem` },
    });
    await host.stop();
    expect(run).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(`${url} answers`) as unknown });
  });
});
