import { bucketsOf } from './buckets.ts';
import { formatCount } from './counted.ts';

/** How many of whom the same is to say have a line of their own; of more, the rest is counted. */
const maxAlike = 3;

/**
 * A line for each item; of many alike, by what `alikeIn` calls them, a few, and a line that counts the others. What is
 * alike stands together, in the order in which the first of each stands.
 */
export function linesOfAlike<Item>(
  items: readonly Item[],
  alikeIn: (item: Item) => string,
  lineOf: (item: Item) => string,
  restOf: (more: string, first: Item) => string,
): string[] {
  return [...bucketsOf(items, alikeIn).values()].flatMap((own) => {
    const [first] = own;
    if (first === undefined || own.length <= maxAlike + 1) return own.map(lineOf);
    return [...own.slice(0, maxAlike).map(lineOf), restOf(formatCount(own.length - maxAlike), first)];
  });
}
