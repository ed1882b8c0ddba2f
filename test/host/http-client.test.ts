import { afterAll, describe, expect, it, vi } from 'vitest';
import type { Clock } from '../../src/core/clock.ts';
import { Redactor } from '../../src/core/secrets/redactor.ts';
import { Secret } from '../../src/core/secrets/secret.ts';
import { RelayError } from '../../src/core/relay-error.ts';
import { direct } from '../../src/host/http/direct.ts';
import { HttpClient, type HttpOptions } from '../../src/host/http/http-client.ts';
import { quickClock } from '../support/clocks.ts';
import { always, closeServers, serve } from '../support/small-server.ts';

afterAll(closeServers);

type Answer = (request: Request) => Response | Promise<Response>;

/** A client, and a host in the place of the network. */
function clientOf(answer: Answer, more: Partial<HttpOptions> = {}) {
  const clock = quickClock();
  const limits: number[] = [];
  const counted: Clock = { ...clock, timeout: (ms) => (limits.push(ms), clock.timeout(ms)) };
  const asked: Request[] = [];
  const bounds: number[] = [];
  const lines: string[] = [];
  vi.spyOn(direct, 'carry').mockImplementation(async (url, exchange) => {
    const { maxBytes, connectLimit: _connectLimit, through, signal, ...init } = exchange;
    const request = new Request(url, init);
    asked.push(request);
    bounds.push(maxBytes);
    signal.throwIfAborted();
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
    const response = await Promise.race([through(async () => answer(request)), aborted]);
    return { status: response.status, headers: response.headers, text: await response.text() };
  });
  const client = new HttpClient({
    baseUrl: 'https://host.example/sub//',
    userAgent: 'relay/test',
    timeoutMs: 30_000,
    clock: counted,
    redactor: new Redactor(),
    trace: (line) => void lines.push(line),
    ...more,
  });
  return { client, clock, limits, asked, bounds, lines };
}

const never = () => new Promise<Response>(() => undefined);
const coded = (code: string, cause?: unknown) => Object.assign(new Error(`it is ${code}`, { cause }), { code });

describe('one exchange', () => {
  it('asks for what it is told, and says who asks', async () => {
    let sent: unknown;
    const { client, asked, limits } = clientOf(async (request) => {
      sent = await request.json();
      return new Response('{}');
    });
    const body = { name: 'x', on: true };
    await client.send({ method: 'PUT', path: '/api/things/1', query: { page: 2, q: 'a&b' }, body });
    const [request] = asked;
    expect([request?.method, request?.url]).toEqual(['PUT', 'https://host.example/sub/api/things/1?page=2&q=a%26b']);
    expect(sent).toEqual(body);
    const headers = Object.fromEntries(request?.headers ?? []);
    expect(headers).toMatchObject({ 'user-agent': 'relay/test', accept: 'application/json' });
    expect(headers['x-request-id']).toMatch(/^[0-9a-f]{16}$/);
    expect(headers['content-type']).toContain('json');
    expect(limits).toEqual([30_000]);
  });

  it('without a body sends none, and takes the headers and the time that it is given', async () => {
    const { client, asked, limits } = clientOf(() => new Response('{}'));
    const headers = { 'x-request-id': 'mine', 'x-api-key': 'k' };
    await client.send({ method: 'GET', path: '/x', headers, timeoutMs: 5000 });
    expect(asked[0]?.url).toBe('https://host.example/sub/x');
    expect(asked[0]?.body).toBeNull();
    expect(Object.fromEntries(asked[0]?.headers ?? [])).toMatchObject(headers);
    expect(limits).toEqual([5000]);
  });

  it.each([200, 302, 401, 404, 429, 500, 503])('%i is an answer: never repeated, never followed', async (status) => {
    const { client, asked, lines, clock } = clientOf(
      () =>
        new Response('what it says', {
          status,
          headers: { location: 'https://elsewhere.example', 'retry-after': '1' },
        }),
    );
    const reply = await client.send({ method: 'GET', path: '/x' });
    expect(reply).toMatchObject({ status, text: 'what it says' });
    expect(reply.headers.get('location')).toBe('https://elsewhere.example');
    expect(asked).toHaveLength(1);
    expect([lines, clock.pauses]).toEqual([[`GET /x ${status} 0 ms`], []]);
  });

  it('an answer without a body is empty', async () => {
    const { client } = clientOf(() => new Response(null, { status: 204 }));
    expect((await client.send({ method: 'DELETE', path: '/x' })).text).toBe('');
  });

  it.each([
    [undefined, 64 * 1024 * 1024],
    [4, 4],
  ])('takes as much as it may: %s', async (maxBytes, bound) => {
    const { client, bounds } = clientOf(() => new Response(''));
    await client.send({ method: 'GET', path: '/x', ...(maxBytes === undefined ? {} : { maxBytes }) });
    expect(bounds).toEqual([bound]);
  });
});

describe('an exchange that does not end in an answer', () => {
  it('for its time is over may be under way on the host still', async () => {
    const { client, clock, lines } = clientOf(never);
    const sending = client.send({ method: 'POST', path: '/x', timeoutMs: 1500 });
    clock.passTimeouts();
    await expect(sending).rejects.toMatchObject({
      code: 'HOST_UNREACHABLE',
      message: 'POST https://host.example/sub/x was not answered within 1.5 s.',
      delivery: 'unknown',
      transient: true,
      maybeInFlight: true,
      hint: expect.stringContaining('--timeout') as unknown,
    });
    expect(lines).toEqual(['POST /x no answer 0 ms']);
    const plain = clientOf(never);
    const waiting = plain.client.send({ method: 'GET', path: '/x' });
    plain.clock.passTimeouts();
    await expect(waiting).rejects.toThrow('within 30 s');
  });

  it.each([
    ['the request is called off', true],
    ['the client is', false],
  ])('ends as soon as %s, and is not taken for slow', async (_, byRequest) => {
    const stop = new AbortController();
    const { client } = clientOf(never, byRequest ? {} : { stop: stop.signal });
    const sending = client.send({ method: 'GET', path: '/x', ...(byRequest ? { signal: stop.signal } : {}) });
    stop.abort(new RelayError('INTERRUPTED', 'stop'));
    await expect(sending).rejects.toMatchObject({ code: 'HOST_UNREACHABLE', maybeInFlight: false });
  });

  it.each<[string, unknown, 'not_applied' | 'unknown', boolean, string]>([
    ['a code', coded('ECONNREFUSED'), 'not_applied', true, 'nothing listens at host.example'],
    [
      'a code that fetch wraps',
      new TypeError('fetch failed', { cause: coded('ECONNRESET') }),
      'unknown',
      true,
      'cut the connection',
    ],
    [
      'a code that is wrapped twice',
      new TypeError('a', { cause: new Error('b', { cause: coded('ENOTFOUND') }) }),
      'not_applied',
      true,
      'DNS knows no host.example',
    ],
    [
      'the first of several',
      new TypeError('a', { cause: new AggregateError([coded('ECONNREFUSED'), coded('EPIPE')]) }),
      'not_applied',
      true,
      'nothing listens',
    ],
    [
      'the parser',
      new TypeError('a', { cause: Object.assign(new Error('b'), { name: 'HTTPParserError' }) }),
      'unknown',
      true,
      'not HTTP',
    ],
    [
      'a port that fetch refuses',
      new TypeError('fetch failed', { cause: new Error('bad port') }),
      'not_applied',
      false,
      'another protocol',
    ],
    ['a certificate', coded('CERT_HAS_EXPIRED'), 'not_applied', false, 'has expired'],
    [
      'a code of fetch, which wraps the system’s',
      coded('ERR_NETWORK_X', coded('ECONNREFUSED')),
      'not_applied',
      true,
      'nothing listens',
    ],
    ['a number for a code', Object.assign(new Error('odd'), { code: 5 }), 'unknown', true, 'odd'],
    [
      'the innermost words, where no code is known',
      new TypeError('fetch failed', { cause: new Error('other side closed') }),
      'unknown',
      true,
      'other side closed',
    ],
  ])('tells why: %s', async (_, error, delivery, transient, why) => {
    const { client, asked } = clientOf(() => Promise.reject(error));
    const sending = client.send({ method: 'GET', path: '/x' });
    await expect(sending).rejects.toMatchObject({
      code: 'HOST_UNREACHABLE',
      delivery,
      transient,
      maybeInFlight: false,
    });
    await expect(sending).rejects.toThrow(`GET https://host.example/sub/x got no answer: `);
    await expect(sending).rejects.toThrow(why);
    expect(asked).toHaveLength(1);
  });

  it('never tells a secret that the system put into its words', async () => {
    const redactor = new Redactor();
    redactor.learn(new Secret('sk-very-secret-0123456789'));
    const { client } = clientOf(() => Promise.reject(new Error('refused sk-very-secret-0123456789')), { redactor });
    await expect(client.send({ method: 'GET', path: '/x' })).rejects.toThrow(/^(?!.*sk-very-secret)/);
  });
});

describe('through a proxy', () => {
  const proxy = { variable: 'HTTPS_PROXY', authorization: null };

  it('that is not there: it is named, and nothing was sent', async () => {
    const { client } = clientOf(never, {
      baseUrl: 'http://host.example',
      proxy: { ...proxy, address: 'http://127.0.0.1:1' },
    });
    await expect(client.send({ method: 'GET', path: '/x' })).rejects.toMatchObject({
      message: expect.stringMatching(
        /through the proxy http:\/\/127.0.0.1:1: nothing listens at 127.0.0.1:1/,
      ) as unknown,
      hint: expect.stringContaining('HTTPS_PROXY') as unknown,
      delivery: 'not_applied',
    });
  });

  it('that refuses it', async () => {
    const address = await serve(always(407, 'text/plain', 'who are you?'));
    const { client } = clientOf(never, { baseUrl: 'http://host.example', proxy: { ...proxy, address } });
    await expect(client.send({ method: 'GET', path: '/x' })).rejects.toMatchObject({
      message: expect.stringContaining(`did not get through the proxy ${address}`) as unknown,
      delivery: 'not_applied',
      transient: false,
    });
  });

  it('that lets it pass, as far as it may be long', async () => {
    const address = await serve(always(200, 'text/plain', 'hello'));
    const { client } = clientOf(never, { baseUrl: 'http://host.example', proxy: { ...proxy, address } });
    expect((await client.send({ method: 'GET', path: '/x', maxBytes: 5 })).text).toBe('hello');
    await expect(client.send({ method: 'GET', path: '/x', maxBytes: 4 })).rejects.toThrow(/larger than 4 bytes/);
  });

  it('that redirects, and is not followed', async () => {
    const address = await serve(always(302, 'text/plain', '', { location: 'http://elsewhere.example' }));
    const { client } = clientOf(never, { baseUrl: 'http://host.example', proxy: { ...proxy, address } });
    expect(await client.send({ method: 'GET', path: '/x' })).toMatchObject({ status: 302 });
  });

  it('that is asked for a port to which its client sends nothing', async () => {
    const address = await serve(always(200, 'text/plain', 'hello'));
    const { client } = clientOf(never, { baseUrl: 'http://host.example:6000', proxy: { ...proxy, address } });
    await expect(client.send({ method: 'GET', path: '/x' })).rejects.toMatchObject({
      message: expect.stringContaining('nothing may be sent to host.example:6000') as unknown,
      hint: expect.stringContaining('another port') as unknown,
      delivery: 'not_applied',
    });
  });

  it('that lets it pass', async () => {
    const address = await serve(always(200, 'text/plain', 'hello'));
    const { client, asked } = clientOf(never, { baseUrl: 'http://host.example', proxy: { ...proxy, address } });
    expect(await client.send({ method: 'GET', path: '/x' })).toMatchObject({ status: 200, text: 'hello' });
    expect((await client.send({ method: 'POST', path: '/x', body: {} })).text).toBe('hello');
    expect(asked).toEqual([]);
  });
});

describe('what time it is on the host', () => {
  it('is what its newest answer told; ours before, and where it tells none', async () => {
    let date: string | null = null;
    const { client, clock } = clientOf(() => new Response('', { headers: date === null ? {} : { date } }));
    const drift = () => Math.round((client.hostTime() - clock.now()) / 1000);
    expect(drift()).toBe(0);
    await client.send({ method: 'GET', path: '/x' });
    expect(drift()).toBe(0);
    date = new Date(clock.now() + 3_600_000).toUTCString();
    await client.send({ method: 'GET', path: '/x' });
    expect(drift()).toBeGreaterThanOrEqual(3598);
    expect(drift()).toBeLessThanOrEqual(3600);
    date = 'no date';
    await client.send({ method: 'GET', path: '/x' });
    expect(drift()).toBeGreaterThan(3000);
  });
});

describe('what the host says of itself', () => {
  it('is shown without secrets, and cut; as it is only where no secret can be in it', () => {
    const redactor = new Redactor();
    redactor.learn(new Secret('sk-very-secret-0123456789'));
    const { client } = clientOf(never, { redactor });
    for (const text of [
      client.clean('a sk-very-secret-0123456789'),
      client.name('sk-very-secret-0123456789'),
      client.hide('sk-very-secret-0123456789'),
    ])
      expect(text).not.toContain('sk-very-secret');
    expect(client.clean('long enough', 4).length).toBeLessThan('long enough'.length);
    expect([client.clean('fine'), client.name('fine'), client.hide('fine')]).toEqual(['fine', 'fine', 'fine']);
  });
});
