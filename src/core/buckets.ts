/** A list sorted out by what each item is called, in the order in which the first of each stands. */
export function bucketsOf<Item, Key>(list: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const buckets = new Map<Key, Item[]>();
  for (const item of list) {
    const key = keyOf(item);
    const bucket = buckets.get(key);
    if (bucket === undefined) buckets.set(key, [item]);
    else bucket.push(item);
  }
  return buckets;
}
