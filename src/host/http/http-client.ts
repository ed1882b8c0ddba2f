import type { Clock } from '../../core/clock.ts';
import type { Proxy } from '../../core/proxy.ts';
import type { Redactor } from '../../core/secrets/redactor.ts';
import { RelayError } from '../../core/relay-error.ts';
import { HostFailure } from '../host-failure.ts';
import { direct } from './direct.ts';
import type { Carry, Exchange, HttpReply } from './exchange.ts';
import { noAnswer } from './no-answer.ts';
import { proxyHint, ProxyRefusal, refusedByProxy } from './proxy-refusal.ts';

export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** From the root of the host, with a leading slash and without a trailing one. */
  path: string;
  query?: Record<string, string | number>;
  body?: unknown;
  headers?: Record<string, string>;
  /** For the whole exchange, the body included; the client's own when absent. */
  timeoutMs?: number;
  /** The host counts it by a limit of its own, which says nothing of other requests. */
  countsApart?: boolean;
  /** Ends the exchange early. */
  signal?: AbortSignal;
  /** Passed right before anything leaves. What it throws is thrown, and nothing has left. */
  through?: Exchange['through'];
  /** Longest body that is taken, in bytes. */
  maxBytes?: number;
}

export interface HttpOptions {
  baseUrl: string;
  userAgent: string;
  timeoutMs: number;
  clock: Clock;
  redactor: Redactor;
  /** The option that gives the address; `--host` where nothing is said. */
  named?: string;
  /** Ends every exchange early, for whoever only looks and need not end in order. */
  stop?: AbortSignal;
  /** What the host is reached through. */
  proxy?: Proxy;
  /** Told that the host's limit of requests is waited for, and how long, in milliseconds. */
  waits?: (ms: number) => void;
  /** Told about each exchange, for `--verbose`. */
  trace?: (line: string) => void;
}

/** How long a connection may take to come about, in milliseconds. */
const connectMs = 10_000;

const maxReplyBytes = 64 * 1024 * 1024;

/** Carries single exchanges to one host: bounded in time and size, never redirected, never repeated. */
export class HttpClient {
  readonly baseUrl: string;
  readonly clock: Clock;
  readonly redactor: Redactor;
  readonly #carry: Carry;
  readonly #options: HttpOptions;
  /** How far the host's clock is ahead of ours, in milliseconds, as its newest answer told. */
  #ahead = 0;

  constructor(options: HttpOptions) {
    this.#options = options;
    this.baseUrl = options.baseUrl.replace(/\/+$/, '');
    this.clock = options.clock;
    this.redactor = options.redactor;
    this.#carry = options.proxy === undefined ? direct.carry : carryThrough(options.proxy);
  }

  /** One exchange. Throws `HostFailure` when no whole answer came. */
  async send(request: HttpRequest): Promise<HttpReply> {
    const startedAt = this.clock.now();
    const limit = this.clock.timeout(request.timeoutMs ?? this.#options.timeoutMs);
    const signals = [limit, request.signal, this.#options.stop].filter((each) => each !== undefined);
    const signal = signals.length === 1 ? limit : AbortSignal.any(signals);
    let reply: HttpReply | undefined;
    try {
      const { body } = request;
      reply = await this.#carry(this.#url(request), {
        method: request.method,
        signal,
        through: request.through ?? ((send) => send()),
        connectLimit: () => this.clock.timeout(connectMs),
        headers: {
          'user-agent': this.#options.userAgent,
          accept: 'application/json',
          'x-request-id': this.clock.randomHex(8),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...request.headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        maxBytes: request.maxBytes ?? maxReplyBytes,
      });
      const date = Date.parse(reply.headers.get('date') ?? '');
      if (!Number.isNaN(date)) this.#ahead = date - this.clock.now();
      return reply;
    } catch (cause) {
      if (cause instanceof RelayError && !signal.aborted) throw cause;
      throw this.#failure(request, cause, limit.aborted);
    } finally {
      this.#options.trace?.(
        `${request.method} ${request.path} ${reply?.status ?? 'no answer'} ${this.clock.now() - startedAt} ms`,
      );
    }
  }

  /** Tells whoever watches that the host's limit of requests is waited for. */
  get waits(): (ms: number) => void {
    return this.#options.waits ?? (() => undefined);
  }

  /** What time it is by the host's own clock, in milliseconds since 1970; by ours where it tells none. */
  hostTime(): number {
    return this.clock.now() + this.#ahead;
  }

  /** Text of the host, fit to be shown. */
  clean(text: string, longest?: number): string {
    return this.redactor.clean(text, longest);
  }

  /** A name that people have chosen on the host, or a mark in its place. */
  name(text: string, fingerprint?: string): string {
    return this.redactor.name(text, fingerprint);
  }

  /** The text of the host as it is, or a mark in its place where it may hold a secret. */
  hide(text: string): string {
    return this.redactor.hide(text);
  }

  #url(request: HttpRequest): URL {
    const url = new URL(this.baseUrl + request.path);
    for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.set(name, String(value));
    return url;
  }

  #failure(request: HttpRequest, cause: unknown, timedOut: boolean): HostFailure {
    const what = `${request.method} ${this.baseUrl}${request.path}`;
    if (timedOut) {
      const ms = request.timeoutMs ?? this.#options.timeoutMs;
      return new HostFailure('HOST_UNREACHABLE', `${what} was not answered within ${ms / 1000} s.`, {
        delivery: 'unknown',
        transient: true,
        maybeInFlight: true,
        hint: 'Raise --timeout if it is just slow.',
      });
    }
    const { proxy } = this.#options;
    if (cause instanceof ProxyRefusal && proxy !== undefined) return refusedByProxy(what, cause, proxy);
    const code = errorCode(cause);
    const isOfHost = proxy === undefined || code === 'UND_ERR_PRX_TLS' || code === 'BAD_PORT';
    const address = isOfHost ? this.baseUrl : proxy.address;
    const { why, hint, neverSent, mayPass, isReach } = noAnswer(
      code,
      address,
      this.clean(innermost(cause), 120),
      this.#options.named,
    );
    const through = proxy === undefined ? '' : ` through the proxy ${proxy.address}`;
    return new HostFailure('HOST_UNREACHABLE', `${what} got no answer${through}: ${why}.`, {
      delivery: neverSent ? 'not_applied' : 'unknown',
      transient: mayPass,
      hint: proxy !== undefined && isReach ? proxyHint(proxy) : hint,
      cause,
    });
  }
}

/** Only who has a proxy pays for loading what speaks to one. */
function carryThrough(proxy: Proxy): Carry {
  let loaded: Promise<Carry> | undefined;
  return async (url, exchange) => {
    loaded ??= import('./proxied.ts').then(({ proxied }) => proxied(proxy));
    return (await loaded)(url, exchange);
  };
}

/** The system's code behind an error, which fetch wraps once or twice. */
function errorCode(error: unknown): string | undefined {
  let current: unknown = error;
  for (let depth = 0; depth < 4 && current instanceof Error; depth += 1) {
    const { code } = current as NodeJS.ErrnoException;
    if (typeof code === 'string' && !code.startsWith('ERR_NETWORK')) return code;
    // From Node 24 on, what its HTTP parser refuses has a name and no code.
    if (current.name === 'HTTPParserError') return current.name;
    // Refused by fetch itself, before anything is sent; it has no code either.
    if (current.message === 'bad port') return 'BAD_PORT';
    current = current.cause ?? (current instanceof AggregateError ? current.errors[0] : undefined);
  }
  return undefined;
}

/** What fetch wraps says more than fetch itself. */
function innermost(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown reason';
  return error.cause instanceof Error ? innermost(error.cause) : error.message;
}
