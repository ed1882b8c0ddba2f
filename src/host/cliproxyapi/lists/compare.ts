import { providerWire, singleWire } from '../api/wire.ts';
import { readMark } from '../marks.ts';
import { mappingOf, withUnit, type Elements, type ListName, type Unit } from './units.ts';

/** What counts of each element of a list, by which two readings of it are compared: whoever wrote it, and in whichever form. */
export function sketchOf(list: ListName, elements: Elements): string[] {
  return elements.map((element) => {
    const provider = list === 'openai-compatibility' ? providerWire.parse(element) : null;
    const wire = singleWire.parse(element);
    const keys = provider === null ? [wire] : (provider['api-key-entries'] ?? []);
    const headers = Object.entries(wire.headers ?? {}).map(([key, value]) => [key.toLowerCase(), value.trim()]);
    return JSON.stringify([
      provider?.name.trim() ?? '',
      wire['base-url'].trim(),
      keys.map((each) => each['api-key'].trim()),
      Object.entries(mappingOf(wire)).toSorted(([a], [b]) => (a < b ? -1 : 1)),
      headers.toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1)),
      provider?.disabled === true,
    ]);
  });
}

/** What stands in a list beside a unit of relay's, with all that others have set there, in a form that can be compared. */
export function foreignIn(elements: Elements, unit: Unit): string {
  const without = withUnit(elements, { ...unit, keys: [] });
  return without
    .map((each) => JSON.stringify(told(each)))
    .toSorted()
    .join('\n');
}

/** What of a list bears no mark of relay's. */
export function unmarked(elements: Elements): Elements {
  return elements.filter((each) => readMark(singleWire.parse(each).headers) === null);
}

/** What stands there of a unit of relay's. */
export function ownIn(list: ListName, elements: Elements, unit: Unit): string[] {
  const others = new Set(withUnit(elements, { ...unit, keys: [] }));
  return sketchOf(
    list,
    elements.filter((each) => !others.has(each)),
  );
}

/** A value with its names in order, without what the host leaves out at will, and without what it counts by itself. */
function told(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(told);
  if (typeof value !== 'object' || value === null) return value;
  const named = Object.entries(value).map(([name, each]) => [name, told(each)] as const);
  return Object.fromEntries(
    named
      .filter(([name, each]) => name !== 'auth-index' && !isNothing(each))
      .toSorted(([one], [other]) => (one < other ? -1 : 1)),
  );
}

function isNothing(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return value === null || value === '' || value === 0 || value === false;
}

/** Whether two readings say the same, in whichever order. */
export function same(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.toSorted().join('\n') === other.toSorted().join('\n');
}
