import { z } from 'zod';
import { isJsonObject } from '../../json-object.ts';

/** Text; null and the empty one are as good as absent. */
export const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
/** Text that is left out of replies and of the file when it is empty. */
export const optionalText = text.transform((value) => (value === '' ? undefined : value));
/** A whole number that is left out when it is 0. */
export const count = z
  .int()
  .nullish()
  .transform((value) => value || undefined);
/** A whole number whose 0 is not the same as nothing. */
export const setNumber = z
  .int()
  .nullish()
  .transform((value) => value ?? undefined);
/** A switch; off is left out. */
export const flag = z
  .boolean()
  .nullish()
  .transform((value) => value || undefined);
/** A switch that may be neither on nor off. */
export const setFlag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? undefined);
/** A list of texts; an empty one is left out. */
export const texts = z
  .array(text)
  .nullish()
  .transform((value) => (value?.length ? value : undefined));
/** Header names with their values. */
export const headerMap = z
  .record(z.string(), text)
  .nullish()
  .transform((value) => value ?? undefined);
/** What is stored as it is. */
export const anything = z
  .unknown()
  .optional()
  .transform((value) => value ?? undefined);

/** An object as Go decodes it: names match whatever their case is, unknown ones vanish, and null is an object without any. */
export function struct<Shape extends z.ZodRawShape>(shape: Shape) {
  const names = new Map(Object.keys(shape).map((name) => [name.toLowerCase(), name]));
  return z.preprocess((value) => {
    if (value === null) return {};
    if (!isJsonObject(value)) return value;
    const known = Object.entries(value).flatMap(([key, each]) => {
      const name = names.get(key.toLowerCase());
      return name === undefined ? [] : [[name, each] as const];
    });
    return Object.fromEntries(known);
  }, z.object(shape));
}
