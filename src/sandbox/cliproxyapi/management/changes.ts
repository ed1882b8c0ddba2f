import { isJsonObject } from '../../json-object.ts';
import { refused } from './request-body.ts';

/** What null unsets; elsewhere it says nothing. */
const unsetByNull = new Set(['weight', 'disable-cooling']);

/** What reads an entry. */
interface Shape<Entry> {
  safeParse(value: unknown): { success: true; data: Entry } | { success: false };
}

/** An entry with the named fields of a change; others say nothing. Throws what the host says of values of another type. */
export function changed<Entry extends object>(
  entry: Entry,
  shape: Shape<Entry>,
  value: Record<string, unknown>,
  fields: readonly string[],
): Entry {
  const given = Object.entries(value)
    .map(([name, each]) => [name.toLowerCase(), each] as const)
    .filter(([name, each]) => fields.includes(name) && (each !== null || unsetByNull.has(name)));
  const read = shape.safeParse(Object.fromEntries(given));
  if (!read.success) throw refused(400, problem(given));
  const names = new Set(given.map(([name]) => name));
  const set = Object.entries(read.data).filter(([name]) => names.has(name));
  return Object.assign({ ...entry }, Object.fromEntries(set));
}

/** What is said of a change with a value of another type. */
function problem(given: readonly (readonly [string, unknown])[]): string {
  const of = new Map(given);
  if (typeof (of.get('disable-cooling') ?? true) !== 'boolean') return 'disable-cooling must be a boolean or null';
  return Number.isInteger(of.get('weight') ?? 1) ? 'invalid body' : 'weight must be an integer';
}

/** The change that a request asks for. Throws for one that says none. */
export function valueOf(body: { value?: unknown }): Record<string, unknown> {
  if (!isJsonObject(body.value)) throw refused(400, 'invalid body');
  return body.value;
}
