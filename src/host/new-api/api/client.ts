import type { z } from 'zod';
import { ApiClient } from '../../http/api-client.ts';
import { CallBudget } from '../../http/call-budget.ts';
import type { HttpClient } from '../../http/http-client.ts';
import { HostFailure } from '../../host-failure.ts';
import { openEnvelope } from './envelope.ts';
import { pageWire } from './wire.ts';

/** Most items in a page of a list that is not given whole. */
const pageSize = 100;

/** Speaks to a new-api host, without a login, and as often as that allows: 180 requests in 180 s where nobody raised it. */
export function openClient(http: HttpClient): ApiClient {
  return new ApiClient(http, { open: openEnvelope, pace: new CallBudget(http.clock, http.waits) }, () => ({}));
}

/** All that a list holds, by one request. Fails rather than return a part: what is missing would be made twice. */
export async function readWhole<T>(client: ApiClient, path: string, schema: z.ZodType<T>): Promise<T[]> {
  const query = { p: 1, page_size: -1, id_sort: 'true' };
  const { items, total } = await client.read({ method: 'GET', path, query }, pageWire);
  if (items.length !== total) throw notWhole(path, `${items.length} of ${total} came`);
  return items.map((item) => parsed(path, item, schema));
}

/** How often a list is read that changes meanwhile. */
const maxReadings = 3;

/** The same of a list that comes by pages only: read again where it changed meanwhile, and refused where it goes on so. */
export async function readPages<T>(
  client: ApiClient,
  path: string,
  schema: z.ZodType<T>,
  more: Record<string, string> = {},
): Promise<T[]> {
  for (let reading = 1; reading <= maxReadings; reading += 1) {
    const found: T[] = [];
    const totals = new Set<number>();
    for (let page = 1; ; page += 1) {
      // Lists differ in what they call it.
      const query = { ...more, p: page, size: pageSize, page_size: pageSize };
      const { items, total } = await client.read({ method: 'GET', path, query }, pageWire);
      found.push(...items.map((item) => parsed(path, item, schema)));
      totals.add(total);
      if (items.length === 0 || found.length >= total) break;
    }
    if (totals.size === 1 && totals.has(found.length)) return found;
  }
  throw notWhole(path, 'it changed each time that it was read');
}

function parsed<T>(path: string, item: unknown, schema: z.ZodType<T>): T {
  const { data, error } = schema.safeParse(item);
  if (error !== undefined)
    throw notWhole(path, `an item has an unknown shape (${error.issues[0]?.path.join('.') ?? ''})`);
  return data;
}

function notWhole(path: string, why: string): HostFailure {
  return new HostFailure('HOST_REPLY_UNEXPECTED', `The list ${path} cannot be relied on: ${why}.`, {
    delivery: 'not_applied',
    transient: false,
  });
}
