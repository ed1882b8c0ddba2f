import { setMaxListeners } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { systemClock } from '../../src/core/clock.ts';
import { direct } from '../../src/host/http/direct.ts';
import { listen, type Listener } from '../../src/sandbox/listen.ts';
import type { Router } from '../../src/sandbox/kind.ts';
import { sandboxKinds } from '../../src/sandbox/kinds.ts';
import { startSandbox as start, type Running, type ServingOptions } from '../../src/sandbox/start-sandbox.ts';

type Kinds = typeof sandboxKinds;
type OptionsOf<Name extends keyof Kinds> = ServingOptions & Parameters<Kinds[Name]['make']>[0];
type RunningOf<Name extends keyof Kinds> = Running<ReturnType<Kinds[Name]['make']>>;

export type SandboxOptions = OptionsOf<'sub2api'>;
export type Sandbox = RunningOf<'sub2api'>;
export type NewApiOptions = OptionsOf<'new-api'>;
export type NewApi = RunningOf<'new-api'>;
export type CliProxyOptions = OptionsOf<'cliproxyapi'>;
export type CliProxy = RunningOf<'cliproxyapi'>;

/** What is served in this process, by address. */
const served = new Map<string, { app: Router; stopped: AbortSignal }>();

const platformFetch = globalThis.fetch;
const throughTheNetwork = direct.carry;

/** What the platform says of a connection that the other side has ended. */
const ended = (message: string) =>
  new TypeError(message, { cause: Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' }) });

globalThis.fetch = (input, init) => {
  const url = new URL(input instanceof Request ? input.url : input);
  const host = served.get(url.origin);
  return host === undefined ? platformFetch(input, init) : exchange(host, new Request(input, init));
};

direct.carry = async (url, request) => {
  const host = served.get(url.origin);
  if (host === undefined) return throughTheNetwork(url, request);
  const { maxBytes: _maxBytes, connectLimit: _connectLimit, through, ...init } = request;
  const response = await through(() => exchange(host, new Request(url, init)));
  const { status, headers } = response;
  return { status, headers, text: await response.text() };
};

/** One exchange without a socket: what a router answers, or the end of the connection that it has asked for. */
async function exchange({ app, stopped }: { app: Router; stopped: AbortSignal }, request: Request): Promise<Response> {
  const { signal } = request;
  signal.throwIfAborted();
  const { promise, resolve, reject } = withResolvers<Response>();
  const socket = { destroyed: false, destroy: () => undefined as void };
  let half: Response | undefined;
  let tooLate: ReadableStreamDefaultController<Uint8Array> | undefined;
  socket.destroy = () => {
    socket.destroyed = true;
    if (tooLate === undefined) reject(ended('fetch failed'));
    else tooLate.error(ended('terminated'));
  };
  const outgoing = {
    writeHead: (status: number, headers: Record<string, string>) => {
      const body = new ReadableStream<Uint8Array>({ start: (controller) => void (tooLate = controller) });
      half = new Response(body, { status, headers });
    },
    write: (bytes: Uint8Array, then: () => void) => {
      tooLate?.enqueue(bytes);
      if (half !== undefined) resolve(half);
      setImmediate(then);
    },
  };
  const onAbort = () => {
    socket.destroyed = true;
    reject(signal.reason as Error);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  stopped.addEventListener('abort', socket.destroy, { once: true });
  const env = { incoming: { socket } as unknown as IncomingMessage, outgoing: outgoing as unknown as ServerResponse };
  const serve = async () => {
    // As far apart as two processes are: neither goes on in the middle of what the other does.
    await turn();
    const response = await app.fetch(request, env);
    await turn();
    // Where relay skips its pauses, the host's time goes by as well.
    response.headers.set('date', new Date(systemClock.now()).toUTCString());
    resolve(response);
  };
  serve().catch(reject);
  return promise.finally(() => {
    signal.removeEventListener('abort', onAbort);
    stopped.removeEventListener('abort', socket.destroy);
  });
}

function withResolvers<T>() {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<T>((done, failed) => {
    resolve = done;
    reject = failed;
  });
  return { promise, resolve, reject };
}

async function serveHere(app: Router, port: number): Promise<Listener> {
  const listener = await listen(app, port);
  const stopping = new AbortController();
  // Each exchange listens to it.
  setMaxListeners(0, stopping.signal);
  served.set(listener.url, { app, stopped: stopping.signal });
  return {
    url: listener.url,
    close: async () => {
      served.delete(listener.url);
      stopping.abort();
      await listener.close();
    },
  };
}

/** A sandbox that whoever runs in this process reaches without a socket, and every other process by its port. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  return start(sandboxKinds.sub2api, options, serveHere);
}

/** The same for a new-api. */
export async function startNewApi(options: NewApiOptions = {}): Promise<NewApi> {
  return start(sandboxKinds['new-api'], options, serveHere);
}

/** The same for a CLIProxyAPI. */
export async function startCliProxy(options: CliProxyOptions = {}): Promise<CliProxy> {
  return start(sandboxKinds.cliproxyapi, options, serveHere);
}
