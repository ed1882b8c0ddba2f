import type { z } from 'zod';
import { isHidden } from '../../core/secrets/hidden-text.ts';
import { RelayError } from '../../core/relay-error.ts';
import { composed, openGate } from '../gated.ts';
import { HostFailure, writeResult, type WriteResult } from '../host-failure.ts';
import type { Gate } from '../host.ts';
import type { HttpReply } from './exchange.ts';
import type { HttpClient, HttpRequest } from './http-client.ts';
import type { Pace } from './pace.ts';
import { retryAfter } from './replies.ts';

/** Pauses before a read is tried again, in milliseconds. */
const readPauses = [300, 1500];

/** The headers by which a login shows; made anew where it runs out. */
export type Credentials = () => Record<string, string> | Promise<Record<string, string>>;

/** How often a request is sent that a host refuses for coming too soon. */
const maxTurns = 5;

/** How the answers of one kind of host are read, and how often it is asked. */
export interface ApiForm {
  /** The data of a good answer. Throws `HostFailure`, classified, for any other. */
  open<T>(http: HttpClient, request: HttpRequest, reply: HttpReply, schema: z.ZodType<T>): T;
  /** Absent where the host takes as many requests as come. */
  pace?: Pace;
}

/** Speaks to the API of a host with one login. Reads are repeated when that may help, writes never. */
export class ApiClient {
  readonly http: HttpClient;
  readonly #credentials: Credentials;
  readonly #form: ApiForm;
  readonly #gate: Gate;
  readonly #end: AbortSignal | undefined;

  constructor(http: HttpClient, form: ApiForm, credentials: Credentials, gate: Gate = openGate, end?: AbortSignal) {
    this.http = http;
    this.#form = form;
    this.#credentials = credentials;
    this.#gate = gate;
    this.#end = end;
  }

  /** How often the host is asked, where it counts that. */
  get pace(): Pace | undefined {
    return this.#form.pace;
  }

  /** The same host with another login. */
  as(credentials: Credentials): ApiClient {
    return new ApiClient(this.http, this.#form, credentials, this.#gate, this.#end);
  }

  /**
   * The same login, whose reads end as soon as the signal is aborted, and throw its reason where that is a `RelayError`.
   * Writes go on to their end.
   */
  until(signal: AbortSignal): ApiClient {
    return new ApiClient(this.http, this.#form, this.#credentials, this.#gate, eitherOf(signal, this.#end));
  }

  /** The same login, whose requests all pass the gate as well. */
  through(gate: Gate): ApiClient {
    return new ApiClient(this.http, this.#form, this.#credentials, composed(this.#gate, gate), this.#end);
  }

  /** The same login, whose questions pass the gate as changes do. */
  asWrites(): ApiClient {
    const { write } = this.#gate;
    return new ApiClient(this.http, this.#form, this.#credentials, { ask: write, write }, this.#end);
  }

  /** Asks until the host answers, three times at most; `first` is its answer to the first time. Throws `HostFailure`. */
  async read<T>(request: HttpRequest, schema: z.ZodType<T>, first?: Promise<HttpReply>): Promise<T> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        const reply = await (attempt === 0 && first !== undefined ? first : this.ask(request));
        return this.#form.open(this.http, request, reply, schema);
      } catch (failure) {
        const pause = readPauses[attempt];
        if (!(failure instanceof HostFailure) || !mayRepeat(failure) || pause === undefined) throw failure;
        if (this.#end?.aborted === true) throw failure;
        await this.pause(Math.min(failure.retryAfterMs ?? pause, 30_000));
      }
    }
  }

  /** Asks once; gives the answer as it came. Throws `HostFailure` when there was none. */
  async ask(request: HttpRequest): Promise<HttpReply> {
    this.#throwIfEnded();
    const signal = eitherOf(request.signal, this.#end);
    try {
      return await this.#send(signal === undefined ? request : { ...request, signal }, this.#gate.ask);
    } catch (failure) {
      this.#throwIfEnded();
      throw failure;
    }
  }

  get<T>(path: string, schema: z.ZodType<T>): Promise<T> {
    return this.read({ method: 'GET', path }, schema);
  }

  /** The object at `path`, or nothing when the host says that there is none. */
  async find<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
    try {
      return await this.get(path, schema);
    } catch (failure) {
      if (failure instanceof HostFailure && failure.status === 404) return undefined;
      throw failure;
    }
  }

  /** Sends a change once, unless it holds a mark that stands for a hidden text: the host would keep that in its place. */
  write<T>(
    method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body: unknown,
    schema: z.ZodType<T>,
    headers: Record<string, string> = {},
  ): Promise<WriteResult<T>> {
    const request: HttpRequest = { method, path, headers, ...(body === undefined ? {} : { body }) };
    if (body !== undefined && isHidden(JSON.stringify(body))) {
      const message = `${method} ${path} was not sent: a text that may hold a key is not known here and cannot be sent back.`;
      const failure = new HostFailure('HOST_FAILED', message, { delivery: 'not_applied', transient: false });
      return Promise.resolve({ status: 'rejected', failure });
    }
    return writeResult(async () =>
      this.#form.open(this.http, request, await this.#send(request, this.#gate.write), schema),
    );
  }

  /**
   * Sends in its turn, through the gate: what has waited is not sent any more once that is shut. What a host refuses because
   * it was asked too often, it has not done; that alone is sent again.
   */
  async #send(request: HttpRequest, through: Gate['write']): Promise<HttpReply> {
    const pace = request.countsApart === true ? undefined : this.#form.pace;
    for (let attempt = 1; ; attempt += 1) {
      await pace?.turn(request.signal);
      const credentials = await this.#credentials();
      const reply = await this.http.send({ ...request, headers: { ...credentials, ...request.headers }, through });
      if (reply.status !== 429 || pace === undefined || attempt === maxTurns) return reply;
      pace.refused(retryAfter(reply.headers, this.http.clock.now()));
    }
  }

  /** Waits, as long as nothing ends it. */
  async pause(ms: number): Promise<void> {
    await this.http.clock.sleep(ms, this.#end);
    this.#throwIfEnded();
  }

  #throwIfEnded(): void {
    if (this.#end?.aborted === true && this.#end.reason instanceof RelayError) throw this.#end.reason;
  }
}

function eitherOf(one: AbortSignal | undefined, other: AbortSignal | undefined): AbortSignal | undefined {
  return one === undefined || other === undefined ? (one ?? other) : AbortSignal.any([one, other]);
}

function mayRepeat(failure: HostFailure): boolean {
  return (
    failure.transient ||
    (failure.status === undefined && failure.delivery === 'unknown') ||
    failure.code === 'HOST_REPLY_UNEXPECTED' ||
    (failure.status ?? 0) >= 500
  );
}
