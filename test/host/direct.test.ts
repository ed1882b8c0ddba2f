import type { RequestListener } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { direct } from '../../src/host/http/direct.ts';
import type { Exchange } from '../../src/host/http/exchange.ts';
import { always, closeServers, serve } from '../support/small-server.ts';
import { selfSigned } from '../support/certificates.ts';

afterAll(closeServers);

const exchange = (more: Partial<Exchange> = {}): Exchange => ({
  method: 'GET',
  headers: {},
  signal: new AbortController().signal,
  connectLimit: () => new AbortController().signal,
  through: (send) => send(),
  maxBytes: 1000,
  ...more,
});
const carry = async (address: string, more: Partial<Exchange> = {}) =>
  direct.carry(new URL('/x?y=1', address), exchange(more));
const answering = async (listener: RequestListener, more: Partial<Exchange> = {}) => carry(await serve(listener), more);

/** A server that says this to whoever connects, and ends. */
async function saying(words: string): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end(words);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('what is sent', () => {
  it.each([
    ['PUT', '{"größe":1}'],
    ['DELETE', '{}'],
    ['POST', undefined],
    ['GET', undefined],
  ])('%s: the path, the headers and the whole body, with its length', async (method, body) => {
    const seen: unknown[] = [];
    const reply = await answering(
      async (request, response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        const { 'content-length': length, 'transfer-encoding': coding, 'x-api-key': key } = request.headers;
        seen.push(request.method, request.url, key, Number(length ?? 0), coding, Buffer.concat(chunks).toString());
        response.end('ok');
      },
      { method, headers: { 'x-api-key': 'k' }, ...(body === undefined ? {} : { body }) },
    );
    expect(reply).toMatchObject({ status: 200, text: 'ok' });
    expect(seen).toEqual([method, '/x?y=1', 'k', Buffer.byteLength(body ?? ''), undefined, body ?? '']);
  });

  it('goes by one connection, one after another', async () => {
    const ports = new Set<number | undefined>();
    const address = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      response.end('ok');
    });
    for (let time = 0; time < 3; time += 1) await carry(address);
    expect(ports.size).toBe(1);
  });
});

describe('what is taken for an answer', () => {
  it.each([204, 302, 407, 429, 500])('%i, with what it says', async (status) => {
    const headers = { location: 'https://elsewhere.example', 'set-cookie': 'a=1' };
    const reply = await answering(always(status, 'text/plain', status === 204 ? '' : 'said', headers));
    expect([reply.status, reply.text]).toEqual([status, status === 204 ? '' : 'said']);
    expect(reply.headers.get('location')).toBe('https://elsewhere.example');
    expect([reply.headers.get('etag'), reply.headers.has('etag'), reply.headers.has('location')]).toEqual([
      null,
      false,
      true,
    ]);
    expect(reply.headers.getSetCookie()).toEqual(['a=1']);
  });

  it('is put together from its pieces, characters too', async () => {
    const reply = await answering(async (_, response) => {
      for (const byte of Buffer.from('größer'))
        await new Promise<void>((resolve) => response.write(Uint8Array.of(byte), () => resolve()));
      response.end();
    });
    expect(reply.text).toBe('größer');
  });

  it.each([
    ['gzip', gzipSync('größer')],
    ['x-gzip', gzipSync('größer')],
    ['deflate', deflateSync('größer')],
    ['deflate', deflateRawSync('größer')],
    ['br', brotliCompressSync('größer')],
    ['gzip, br', brotliCompressSync(gzipSync('größer'))],
    ['identity-like', Buffer.from('größer')],
    ['gzip', Buffer.alloc(0)],
  ])('is unpacked: %s', async (encoding, bytes) => {
    const reply = await answering((request, response) => {
      expect(request.headers['accept-encoding']).toBe('gzip, deflate, br');
      response.writeHead(200, { 'content-encoding': encoding }).end(bytes);
    });
    expect(reply.text).toBe(bytes.length === 0 ? '' : 'größer');
  });

  it('comes as whoever asks wants it', async () => {
    const reply = await answering((request, response) => void response.end(request.headers['accept-encoding']), {
      headers: { 'accept-encoding': 'identity' },
    });
    expect(reply.text).toBe('identity');
  });

  it.each([
    ['as it comes', '12345', undefined],
    ['unpacked', gzipSync('1'.repeat(500)), 'gzip'],
  ])('has its bound: %s', async (_, body, encoding) => {
    const listener: RequestListener = (__, response) =>
      void response.writeHead(200, encoding === undefined ? {} : { 'content-encoding': encoding }).end(body);
    const whole = encoding === undefined ? 5 : 500;
    expect((await answering(listener, { maxBytes: whole })).text).toHaveLength(whole);
    const less = whole - 1;
    await expect(answering(listener, { maxBytes: less })).rejects.toThrow(`larger than ${less} bytes`);
  });
});

describe('an exchange without an answer', () => {
  it.each<[string, () => Promise<string>, string | undefined]>([
    ['nobody there', () => Promise.resolve('http://127.0.0.1:1'), 'ECONNREFUSED'],
    ['nothing said', () => saying(''), 'ECONNRESET'],
    ['cut in the middle', () => saying('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf'), 'ECONNRESET'],
    ['another protocol', () => saying('220 mail.example ESMTP\r\n'), 'HPE_INVALID_CONSTANT'],
    [
      'headers without end',
      () => saying(`HTTP/1.1 200 OK\r\n${`x: ${'y'.repeat(100)}\r\n`.repeat(1000)}`),
      'HPE_HEADER_OVERFLOW',
    ],
    [
      'what cannot be unpacked',
      () => serve(always(200, 'text/plain', 'no', { 'content-encoding': 'gzip' })),
      'Z_DATA_ERROR',
    ],
    ['a certificate of nobody', () => serve(always(200, 'text/plain', ''), selfSigned), 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ])('tells the code: %s', async (_, place, code) => {
    await expect(carry(await place())).rejects.toMatchObject({ code });
  });

  it('ends where no connection comes about in time', async () => {
    const limit = new AbortController();
    const connectLimit = () => {
      queueMicrotask(() => limit.abort());
      return limit.signal;
    };
    const sending = answering(always(200, 'text/plain', ''), { connectLimit });
    await expect(sending).rejects.toMatchObject({ code: 'CONNECT_TIMEOUT' });
  });

  it('sends nothing where the gate is shut', async () => {
    const asked = vi.fn();
    const reason = new Error('the gate is shut');
    const through = () => {
      throw reason;
    };
    await expect(answering(asked, { method: 'POST', body: '{}', through })).rejects.toBe(reason);
    expect(asked).not.toHaveBeenCalled();
  });

  it('passes the gate once it is connected, and sends nothing where that refuses', async () => {
    const connected = vi.fn();
    const asked = vi.fn();
    const server = createServer((socket) => {
      connected();
      socket.on('data', asked);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const reason = new Error('the lock is lost');
    const through = async () => {
      await vi.waitFor(() => expect(connected).toHaveBeenCalled());
      throw reason;
    };
    await expect(carry(`http://127.0.0.1:${port}`, { method: 'POST', body: '{}', through })).rejects.toBe(reason);
    server.close();
    expect(asked).not.toHaveBeenCalled();
  });

  it('has no such limit any more once it is connected', async () => {
    const limit = new AbortController();
    const reply = await answering(
      (_, response) => {
        limit.abort();
        response.end('ok');
      },
      { connectLimit: () => limit.signal },
    );
    expect(reply.text).toBe('ok');
  });

  it('is not begun once it was called off', async () => {
    const asked = vi.fn();
    const address = await serve(asked);
    const reason = new Error('stop');
    await expect(carry(address, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(asked).not.toHaveBeenCalled();
  });

  it.each(['before it is answered', 'in the middle of the answer'])('ends when it is called off: %s', async (when) => {
    const stop = new AbortController();
    const reason = new Error('stop');
    let gone: Promise<unknown> = Promise.resolve();
    const sending = answering(
      (request, response) => {
        gone = new Promise((resolve) => request.socket.once('close', resolve));
        if (when !== 'before it is answered') response.write('half');
        stop.abort(reason);
      },
      { signal: stop.signal },
    );
    await expect(sending).rejects.toBe(reason);
    await gone;
  });
});
