import type { ServerResponse } from 'node:http';
import { openClient } from '../../src/host/sub2api/api/admin-client.ts';
import type { ApiClient } from '../../src/host/http/api-client.ts';
import { HttpClient } from '../../src/host/http/http-client.ts';
import type { Clock } from '../../src/core/clock.ts';
import { Redactor } from '../../src/core/secrets/redactor.ts';
import { quickClock } from './clocks.ts';
import { serve } from './small-server.ts';

/** What a list was asked for, and how many requests came before. */
export interface AskedPage {
  page: number;
  size: number;
  before: number;
}

/** A page as a host answers it. */
export interface ToldPage {
  ids: readonly number[];
  total: number;
  page?: number;
  size?: number;
}

export interface PagedHost {
  url: string;
  client: ApiClient;
  /** What was asked so far, as "page/size". */
  asked: string[];
}

/** The page of these rows that is asked for, as an honest host shows it. */
export function pageOf(ids: readonly number[], { page, size }: AskedPage): ToldPage {
  return { ids: ids.slice((page - 1) * size, page * size), total: ids.length };
}

/** A host each of whose lists is told by `tell`; one that tells nothing answers the response itself, or never. */
export async function pagedHost(
  tell: (asked: AskedPage, reply: ServerResponse) => ToldPage | undefined,
  clock: Clock = quickClock(),
): Promise<PagedHost> {
  const asked: string[] = [];
  const url = await serve((request, reply) => {
    const { searchParams } = new URL(request.url ?? '', 'http://here');
    const page = Number(searchParams.get('page'));
    const size = Number(searchParams.get('page_size'));
    asked.push(`${page}/${size}`);
    const told = tell({ page, size, before: asked.length - 1 }, reply);
    if (told === undefined) return;
    const data = {
      items: told.ids.map((id) => ({ id })),
      total: told.total,
      page: told.page ?? page,
      page_size: told.size ?? size,
    };
    reply.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ code: 0, data }));
  });
  const options = { baseUrl: url, userAgent: 'relay/test', timeoutMs: 30_000, clock, redactor: new Redactor() };
  return { url, client: openClient(new HttpClient(options)), asked };
}
