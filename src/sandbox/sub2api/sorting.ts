/** How one list may be sorted: the keys it knows, its default and its tie-break. */
export interface SortRules<T> {
  keys: Record<string, (row: T) => string | number | boolean | null>;
  fallback: { key: string; descending: boolean };
  tieBreak: (a: T, b: T) => number;
}

function compare(a: string | number | boolean | null, b: string | number | boolean | null): number {
  if (a === b) return 0;
  if (a === null) return -1;
  if (b === null) return 1;
  return a < b ? -1 : 1;
}

/** Rows in the order that `sort_by` and `sort_order` ask for; unknown keys and directions mean the default. */
export function sorted<T>(rows: Iterable<T>, query: Record<string, string>, rules: SortRules<T>): T[] {
  const asked = query['sort_by'] ?? '';
  const known = asked in rules.keys;
  const key = known ? asked : rules.fallback.key;
  const order = query['sort_order']?.toLowerCase();
  const descending = order === 'asc' ? false : order === 'desc' ? true : rules.fallback.descending;
  const read = rules.keys[key];
  return [...rows].toSorted((a, b) => {
    const difference = read === undefined ? 0 : compare(read(a), read(b));
    if (difference !== 0) return descending ? -difference : difference;
    return descending ? -rules.tieBreak(a, b) : rules.tieBreak(a, b);
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
