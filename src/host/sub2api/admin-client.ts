import type { z } from 'zod';
import { HostFailure, writeEnd, type WriteEnd } from '../host-failure.ts';
import type { HttpClient, HttpRequest } from '../http-client.ts';
import { openEnvelope } from './envelope.ts';
import { pageWire } from './wire.ts';

/** Most items in a page. The host silently falls back to 20 above it. */
const pageSize = 1000;

/** How often a list of several pages is begun anew because it changed while it was read. */
const mostAttempts = 5;

/** Pauses before a read is tried again, in milliseconds. */
const readPauses = [300, 1500];

/** Speaks to the API with one login. Reads are repeated when that may help, writes never. */
export class AdminClient {
  readonly http: HttpClient;
  readonly #credentials: () => Record<string, string>;

  constructor(http: HttpClient, credentials: () => Record<string, string>) {
    this.http = http;
    this.#credentials = credentials;
  }

  /** The same host with another login. */
  as(credentials: () => Record<string, string>): AdminClient {
    return new AdminClient(this.http, credentials);
  }

  /** Asks until the host answers, three times at most. Throws `HostFailure`. */
  async read<T>(request: HttpRequest, schema: z.ZodType<T>): Promise<T> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#exchange(request, schema);
      } catch (failure) {
        const pause = readPauses[attempt];
        if (!(failure instanceof HostFailure) || !mayRepeat(failure) || pause === undefined) throw failure;
        await this.http.clock.sleep(Math.min(failure.retryAfterMs ?? pause, 30_000), request.signal);
      }
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

  /** A list, page by page to its end. Fails rather than return a part: what is missing would be made twice. */
  async list<T extends { id: number }>(
    path: string,
    schema: z.ZodType<T>,
    query: Record<string, string | number> = {},
  ): Promise<T[]> {
    for (let attempt = 1; ; attempt += 1) {
      const found = await this.#pages(path, schema, query);
      if (found !== undefined) return found;
      if (attempt === mostAttempts) throw this.#partial(path, 'it changed each time while it was read');
    }
  }

  /** Nothing when the list changed between two pages: what moved from one to the other may have been missed. */
  async #pages<T extends { id: number }>(
    path: string,
    schema: z.ZodType<T>,
    query: Record<string, string | number>,
  ): Promise<T[] | undefined> {
    const found = new Map<number, T>();
    let total: number | undefined;
    for (let page = 1; ; page += 1) {
      const request: HttpRequest = { method: 'GET', path, query: { ...query, page, page_size: pageSize } };
      const reply = await this.read(request, pageWire);
      if (reply.page_size !== pageSize || reply.page !== page)
        throw this.#partial(
          path,
          `asked for page ${page} of ${pageSize}, got page ${reply.page} of ${reply.page_size}`,
        );
      for (const item of reply.items) {
        const parsed = schema.safeParse(item);
        if (!parsed.success)
          throw this.#partial(path, `an item has an unknown shape (${parsed.error.issues[0]?.path.join('.') ?? ''})`);
        found.set(parsed.data.id, parsed.data);
      }
      total ??= reply.total;
      if (reply.total !== total) return undefined;
      if (found.size >= reply.total) return [...found.values()];
      if (reply.items.length === 0) throw this.#partial(path, `it names ${reply.total} items and shows ${found.size}`);
    }
  }

  /** Sends a change once. */
  write<T>(
    method: 'POST' | 'PUT' | 'DELETE',
    path: string,
    body: unknown,
    schema: z.ZodType<T>,
    headers: Record<string, string> = {},
  ): Promise<WriteEnd<T>> {
    return writeEnd(() => this.#exchange({ method, path, headers, ...(body === undefined ? {} : { body }) }, schema));
  }

  async #exchange<T>(request: HttpRequest, schema: z.ZodType<T>): Promise<T> {
    const full = { ...request, headers: { ...this.#credentials(), ...request.headers } };
    return openEnvelope(this.http, request, await this.http.send(full), schema);
  }

  #partial(path: string, why: string): HostFailure {
    return new HostFailure('HOST_REPLY_UNEXPECTED', `The list ${path} could not be read whole: ${why}.`, {
      fate: 'not_done',
      transient: false,
    });
  }
}

function mayRepeat(failure: HostFailure): boolean {
  return (
    failure.transient ||
    (failure.status === undefined && failure.fate === 'unknown') ||
    failure.code === 'HOST_REPLY_UNEXPECTED' ||
    (failure.status ?? 0) >= 500
  );
}
