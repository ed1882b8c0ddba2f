/** Rows in the order that `sort_by=id` asks for, or in the list's own; rows that are alike there go by their ids. */
export function sorted<T extends { id: number }>(
  rows: readonly T[],
  query: Record<string, string>,
  own: (row: T) => string | number,
  order: 'asc' | 'desc',
): T[] {
  const read = query['sort_by'] === 'id' ? (row: T) => row.id : own;
  const sign = (query['sort_by'] === 'id' ? query['sort_order'] : order) === 'desc' ? -1 : 1;
  return rows.toSorted((a, b) => {
    const [left, right] = [read(a), read(b)];
    return sign * (left === right ? a.id - b.id : left < right ? -1 : 1);
  });
}

/** Whether any of the texts holds what was searched for, the way the host's lists search. */
export function matchesSearch(search: string | undefined, ...texts: string[]): boolean {
  const wanted = Buffer.from((search ?? '').trim())
    .subarray(0, 100)
    .toString()
    .toLowerCase();
  return wanted === '' || texts.some((text) => text.toLowerCase().includes(wanted));
}
