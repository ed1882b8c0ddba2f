import type { z } from 'zod';
import { ApiClient } from '../../http/api-client.ts';
import type { HttpClient } from '../../http/http-client.ts';
import { openEnvelope } from './envelope.ts';
import { notWhole, wholeList, type Page } from './whole-list.ts';
import { pageWire } from './wire.ts';

/** Speaks to a sub2api host, without a login. */
export function openClient(http: HttpClient): ApiClient {
  return new ApiClient(http, { open: openEnvelope }, () => ({}));
}

/** All that a list held at one moment. Fails rather than return a part: what is missing would be made twice. */
export function listAll<T extends { id: number }>(
  client: ApiClient,
  path: string,
  schema: z.ZodType<T>,
  query?: Record<string, string | number>,
): Promise<T[]> {
  return listAllAs(client, path, schema, (wire) => wire, query);
}

/** The same, each item made into what it means here as soon as it has come. */
export async function listAllAs<T extends { id: number }, Meant>(
  client: ApiClient,
  path: string,
  schema: z.ZodType<T>,
  meant: (wire: T) => Meant,
  query: Record<string, string | number> = {},
): Promise<Meant[]> {
  const items = await wholeList({
    path,
    sortedById: query['sort_by'] === 'id' && query['sort_order'] === 'asc',
    ask: (page, size) =>
      readPage(client, path, schema, { ...query, page, page_size: size }, (wire) => ({
        id: wire.id,
        meant: meant(wire),
      })),
    pause: (ms) => client.pause(ms),
  });
  return items.map((item) => item.meant);
}

async function readPage<T, Made>(
  client: ApiClient,
  path: string,
  schema: z.ZodType<T>,
  query: { page: number; page_size: number; [name: string]: string | number },
  make: (wire: T) => Made,
): Promise<Page<Made>> {
  const { items, total, page, page_size: size } = await client.read({ method: 'GET', path, query }, pageWire);
  if (page !== query.page || size !== query.page_size)
    throw notWhole(path, `asked for page ${query.page} of ${query.page_size}, got page ${page} of ${size}`);
  const read = () =>
    items.map((item) => {
      const { data, error } = schema.safeParse(item);
      if (error !== undefined)
        throw notWhole(path, `an item has an unknown shape (${error.issues[0]?.path.join('.') ?? ''})`);
      return make(data);
    });
  return { total, count: items.length, read };
}
