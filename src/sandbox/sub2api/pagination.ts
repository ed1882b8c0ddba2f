import { success } from './envelope.ts';

/** The page that a query asks for, as the host understands it. */
interface Page {
  page: number;
  pageSize: number;
}

function wholeNumber(text: string | undefined): number {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : 0;
}

/** Reads `page`, `page_size` and `limit`; anything out of range falls back silently. */
function readPage(query: Record<string, string>): Page {
  const page = wholeNumber(query['page']);
  const size = wholeNumber(query['page_size'] ?? query['limit']);
  return { page: page >= 1 ? page : 1, pageSize: size >= 1 && size <= 1000 ? size : 20 };
}

/** The envelope's `data` of a list. */
export function pageOf<T>(rows: readonly T[], query: Record<string, string>, view: (row: T) => unknown): unknown {
  const { page, pageSize } = readPage(query);
  const start = (page - 1) * pageSize;
  return {
    items: rows.slice(start, start + pageSize).map(view),
    total: rows.length,
    page,
    page_size: pageSize,
    pages: Math.max(1, Math.ceil(rows.length / pageSize)),
  };
}

/** A paged reply. */
export function paged<T>(rows: readonly T[], query: Record<string, string>, view: (row: T) => unknown): Response {
  return success(pageOf(rows, query, view));
}
