/** A page as it was asked for. */
export interface Page {
  page: number;
  size: number;
}

/** Page and size as the host reads them: from 1, over 100 becomes 100, -1 is everything. */
export function pageOf(query: Record<string, string>, sizeName = 'page_size'): Page {
  const number = (text: string | undefined) => (text !== undefined && /^-?\d+$/.test(text) ? Number(text) : 0);
  const size = number(query[sizeName]) || number(query['page_size']) || number(query['ps']) || 10;
  return { page: Math.max(1, number(query['p'])), size: Math.min(100, size) };
}

/** One page of rows, in the host's form. */
export function paged<Row>(rows: readonly Row[], { page, size }: Page, view: (row: Row) => unknown) {
  const items = size < 0 ? rows : rows.slice((page - 1) * size, page * size);
  return { items: items.map((row) => view(row)), page, page_size: size, total: rows.length };
}
