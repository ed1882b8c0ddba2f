import { z } from 'zod';
import { isJsonObject, parseJson } from '../../json-object.ts';
import { HostError } from '../../reply.ts';
import type { HostContext } from '../host.ts';

/** A refusal as management words it. */
export function refused(status: number, error: string): HostError {
  return new HostError(status, { error });
}

/** The body of a request as a structure. Throws what the host says of others. */
export async function readStruct<Read>(c: HostContext, shape: z.ZodType<Read>): Promise<Read> {
  const read = shape.safeParse(parseJson(await c.req.text()));
  if (!read.success) throw refused(400, 'invalid body');
  return read.data;
}

/** A whole list: an array, or an object whose `items` is one that is not empty; null is an empty one. */
export async function readList<Entry>(c: HostContext, entry: z.ZodType<Entry>): Promise<Entry[]> {
  const body = parseJson(await c.req.text());
  const whole = z.array(entry).nullable().safeParse(body);
  if (whole.success) return whole.data ?? [];
  const items = z
    .array(entry)
    .min(1)
    .safeParse(isJsonObject(body) ? body['items'] : undefined);
  if (!items.success) throw refused(400, 'invalid body');
  return items.data;
}

/** The number that a text begins with, as `Sscanf` reads it. */
export function leadingNumber(text: string | undefined): number | undefined {
  const digits = /^\s*([+-]?\d+)/.exec(text ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** The place in a list that a number names, if it names one. */
export function placeIn(list: readonly unknown[], index: number | null | undefined): number | undefined {
  return index !== undefined && index !== null && index >= 0 && index < list.length ? index : undefined;
}

/** Throws for a weight that is larger than any may be. */
export function checkWeight(field: string, weight: number | undefined): void {
  if (weight !== undefined && weight > 1_000_000) throw refused(400, `${field}weight must not exceed 1000000`);
}
