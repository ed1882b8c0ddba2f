import { Agent, request as plainRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { TooLarge, type Carry, type Exchange, type ReplyHeaders } from './exchange.ts';

/** So long a connection may be idle, in milliseconds: many servers give one up after 5 seconds, Node's among them. */
const idleMs = 3000;

const options = { keepAlive: true, timeout: idleMs };
const plain = { send: plainRequest, agent: new Agent(options) };
let secure: Promise<typeof plain> | undefined;

/** Only who speaks TLS pays for loading it. */
function securely(): Promise<typeof plain> {
  return (secure ??= import('node:https').then(({ request, Agent: SecureAgent }) => ({
    send: request,
    agent: new SecureAgent(options),
  })));
}

/**
 * By Node's own client and not by its fetch, which takes as long to load as Node to start, and more for each request. Held in
 * an object, so that tests can put a host in the place of the network.
 */
export const direct: { carry: Carry } = {
  carry: async (url, exchange) => {
    const { send, agent } = url.protocol === 'https:' ? await securely() : plain;
    const { signal, maxBytes } = exchange;
    signal.throwIfAborted();
    const { response, bytes } = await new Promise<{ response: IncomingMessage; bytes: Buffer }>((resolve, reject) => {
      const request = send(url, { ...requestOptions(exchange), agent });
      const end = (error: Error) => {
        reject(error);
        // Not with the error: a connection that is free again by now has nobody who takes it.
        request.destroy();
      };
      const abort = () => end(signal.reason as Error);
      signal.addEventListener('abort', abort, { once: true });
      request.once('close', () => signal.removeEventListener('abort', abort));
      request.on('error', reject);
      request.once('socket', (socket) => {
        const begin = async () => {
          try {
            await exchange.through(async () => void request.end(exchange.body));
          } catch (error) {
            end(error as Error);
          }
        };
        if (!socket.connecting) return void begin();
        const limit = exchange.connectLimit();
        const late = () => end(Object.assign(new Error('no connection came about'), { code: 'CONNECT_TIMEOUT' }));
        limit.addEventListener('abort', late, { once: true });
        socket.once('close', () => limit.removeEventListener('abort', late));
        socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
          limit.removeEventListener('abort', late);
          void begin();
        });
      });
      request.once('response', (incoming) => {
        const chunks: Buffer[] = [];
        let size = 0;
        incoming.on('error', reject);
        incoming.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > maxBytes) end(new TooLarge(maxBytes));
          else chunks.push(chunk);
        });
        incoming.once('end', () => resolve({ response: incoming, bytes: Buffer.concat(chunks) }));
      });
    });
    const packed = response.headers['content-encoding'];
    const unpacked =
      packed === undefined || bytes.length === 0
        ? bytes
        : await (await import('./unpack.ts')).unpack(bytes, packed, maxBytes);
    return { status: response.statusCode ?? 0, headers: headersOf(response), text: unpacked.toString('utf8') };
  },
};

function requestOptions({ method, headers, body }: Exchange): RequestOptions {
  const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
  return { method, headers: { 'accept-encoding': 'gzip, deflate, br', ...headers, ...length } };
}

function headersOf({ headers }: IncomingMessage): ReplyHeaders {
  return {
    get: (name) => headers[name]?.toString() ?? null,
    has: (name) => headers[name] !== undefined,
    getSetCookie: () => headers['set-cookie'] ?? [],
  };
}
