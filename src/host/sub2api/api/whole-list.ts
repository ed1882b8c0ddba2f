import { setImmediate as turn } from 'node:timers/promises';
import { HostFailure } from '../../host-failure.ts';

/** Most items in a page. The host silently falls back to 20 above it. */
const pageSize = 1000;

/** Promised by no list of this host; what promises more is something else. */
const maxItems = 1_000_000;

/** Pauses before a list that changed while it was read is read again, in milliseconds. */
const rereadPauses = [200, 1000, 3000];

interface Item {
  id: number;
}

/** A list of the host, and how to ask for its pages. */
export interface PagedList<T extends Item> {
  path: string;
  /** Whether the host was asked to sort it by id, the oldest first. */
  sortedById: boolean;
  /** The page with this number, from 1, where each has `size` items. Throws `HostFailure`. */
  ask(page: number, size: number): Promise<Page<T>>;
  /** Waits so many milliseconds. */
  pause(ms: number): Promise<void>;
}

/** A page that has come. */
export interface Page<T> {
  total: number;
  /** How many items it has. */
  count: number;
  /** Makes out what they are, which takes its time. Throws `HostFailure`. */
  read(): T[];
}

type Reading<T> = { items: T[] } | { fault: string };

/**
 * All that the list held at one moment, or a `HostFailure`: what a list misses would be made twice. A list that changed
 * while it was read is read again, three times at most.
 */
export async function wholeList<T extends Item>(list: PagedList<T>): Promise<T[]> {
  for (let attempt = 0; ; attempt += 1) {
    const reading = await readPages(list);
    const fault = 'fault' in reading ? reading.fault : await faultOf(list, reading.items);
    if (fault === undefined && 'items' in reading) return reading.items;
    const pause = rereadPauses[attempt];
    if (pause === undefined) throw notWhole(list.path, `each time that it was read, ${fault}`);
    await list.pause(pause);
  }
}

/** The failure of a list that cannot be read whole. */
export function notWhole(path: string, why: string): HostFailure {
  return new HostFailure('HOST_REPLY_UNEXPECTED', `The list ${path} could not be read whole: ${why}.`, {
    delivery: 'not_applied',
    transient: false,
  });
}

/**
 * Every page brings something new and all promise the same, so this ends. The next one is asked for as soon as one has come,
 * and never earlier: the host then works on it while this one is read, and still gives them one after another.
 */
async function readPages<T extends Item>(list: PagedList<T>): Promise<Reading<T>> {
  const items: T[] = [];
  const seen = new Set<number>();
  let promised: number | undefined;
  let asked = list.ask(1, pageSize);
  for (let page = 1; ; page += 1) {
    const { total, count, read } = await asked;
    if (total > maxItems) throw notWhole(list.path, `it promises ${total} items`);
    promised ??= total;
    if (total !== promised) return { fault: `it had ${promised} items on its first page and ${total} on page ${page}` };
    const goesOn = count === pageSize && items.length + count < total;
    if (goesOn) {
      asked = list.ask(page + 1, pageSize);
      // Whoever gives up before waits for it no more.
      asked.catch(() => undefined);
      // So that it leaves before what follows keeps this process busy.
      await turn();
    }
    for (const item of read()) {
      if (seen.has(item.id)) return { fault: `it showed the item ${item.id} twice` };
      seen.add(item.id);
      items.push(item);
    }
    if (count > pageSize) return { fault: `its page ${page} had ${count} items instead of ${pageSize}` };
    if (items.length >= total) return { items };
    if (!goesOn) return { fault: `it promised ${total} items and showed ${items.length}` };
  }
}

/**
 * Tells whether something may have slipped through between two pages, which no total shows where as much came as went.
 *
 * Sorted by id, the oldest first, new items stand behind all others. So what goes moves every later border between two
 * pages for good, and borders that stand where they were read prove that nothing moved over them. In any other order,
 * such as the one by age of a group's keys and subscriptions, a newcomer can push a border back: only a second reading
 * with the same items proves the first, since what went away meanwhile is missing there.
 */
async function faultOf<T extends Item>(list: PagedList<T>, items: readonly T[]): Promise<string | undefined> {
  if (items.length < pageSize) return undefined;
  if (!list.sortedById || !ascends(items)) {
    const again = await readPages(list);
    if ('fault' in again) return again.fault;
    return sameItems(again.items, items) ? undefined : 'it held other items a moment later';
  }
  for (let border = pageSize; border < items.length; border += pageSize) {
    // Pages of one item: the page with the number of a place holds what stands there.
    const [there] = (await list.ask(border, 1)).read();
    if (there?.id !== items[border - 1]?.id) return `its items moved from page to page`;
  }
  return undefined;
}

function ascends(items: readonly Item[]): boolean {
  return items.every(({ id }, index) => index === 0 || id > (items[index - 1]?.id ?? 0));
}

function sameItems(some: readonly Item[], others: readonly Item[]): boolean {
  const ids = new Set(others.map(({ id }) => id));
  return some.length === ids.size && some.every(({ id }) => ids.has(id));
}
