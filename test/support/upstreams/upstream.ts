import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A server on loopback that answers as one that a host may have behind it. */
export interface Upstream {
  /** As a pack would say it: up to the version for openai. */
  baseUrl: string;
  /** What lets one in; null where nothing is asked. */
  key: string | null;
  /** Every request that came, newest last; header names small. */
  requests: { method: string; path: string; headers: Record<string, string>; body: unknown }[];
  close: () => Promise<void>;
}

type Json = Record<string, unknown>;

/** A request as a likeness reads it. */
export interface Asked {
  /** Method and path without the query, as "POST /v1/messages". */
  route: string;
  path: string;
  query: URLSearchParams;
  headers: Record<string, string>;
  /** The body where it is a JSON object, else an empty one. */
  body: Json;
  /** The body's model; empty without one. */
  model: string;
  /** What came as a bearer; null without one. */
  bearer: string | null;
  streamed: boolean;
}

/** An answer: JSON, a text, or the events of a stream. */
export interface Answer {
  status?: number;
  headers?: Record<string, string>;
  json?: unknown;
  text?: string;
  type?: string;
  events?: string[];
}

/** Starts a likeness; what it knows is held in `knobs`, which a test may change while it runs. */
export async function startUpstream<Knobs extends object>(
  { base, key, knobs }: { base: string; key: string | null; knobs: Knobs },
  answer: (asked: Asked) => Answer | Promise<Answer>,
): Promise<Upstream & Knobs> {
  const requests: Upstream['requests'] = [];
  const server = createServer(async (request, reply) => {
    const { body, ...asked } = await read(request);
    requests.push({ method: request.method ?? '', path: request.url ?? '', headers: asked.headers, body });
    const {
      status = 200,
      headers,
      json,
      text: plain = '',
      type,
      events,
    } = await answer({ ...asked, body: object(body) });
    const kind = type ?? (events ? 'text/event-stream' : json === undefined ? 'text/plain' : 'application/json');
    reply.writeHead(status, { 'content-type': kind, ...headers });
    for (const event of events ?? []) reply.write(event);
    reply.end(json === undefined ? plain : JSON.stringify(json));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}${base}`;
  return Object.assign(knobs, { baseUrl, key, requests, close });
}

async function read(request: IncomingMessage): Promise<Omit<Asked, 'body'> & { body: unknown }> {
  const { pathname: path, searchParams: query } = new URL(request.url ?? '', 'http://here');
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  const body = parsed(await text(request));
  const { model, stream } = object(body);
  const bearer = /^bearer +(.*)$/i.exec(headers['authorization'] ?? '')?.[1] ?? null;
  return {
    route: `${request.method} ${path}`,
    path,
    query,
    headers,
    body,
    model: typeof model === 'string' ? model : '',
    bearer,
    streamed: stream === true,
  };
}

function parsed(body: string): unknown {
  try {
    return body === '' ? null : JSON.parse(body);
  } catch {
    return body;
  }
}

function object(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

/** Holds slow answers back for as long as a test says. */
export interface Gate {
  hold: () => void;
  release: () => void;
  /** Settles as soon as an answer is held back. */
  held: () => Promise<void>;
}

/** A gate that stands open, and the wait at it. */
export function gate(): { knobs: Gate; pass: () => Promise<void> } {
  let open = signal();
  let arrived = signal();
  open.give();
  return {
    knobs: {
      hold: () => {
        open = signal();
        arrived = signal();
      },
      release: () => open.give(),
      held: () => arrived.given,
    },
    pass: () => {
      arrived.give();
      return open.given;
    },
  };
}

function signal(): { given: Promise<void>; give: () => void } {
  let give = () => undefined as void;
  const given = new Promise<void>((resolve) => (give = resolve));
  return { given, give: () => give() };
}
