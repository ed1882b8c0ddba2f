import { z } from 'zod';

/** An object of a host, by its kind. */
export const objectSchema = z.object({ kind: z.string(), id: z.string(), name: z.string() });

export const leftoverSchema = z.object({
  kind: z.string(),
  id: z.string().nullable(),
  name: z.string(),
  reason: z.string(),
  command: z.string().nullable().describe('What to do about it; null where it stays because others changed or use it.'),
});

/** Something that went wrong or is to be known: a stable code, what happened, what to do. */
export const problemSchema = z.object({ code: z.string(), message: z.string(), hint: z.string() });

export const hostSchema = z.object({ url: z.string(), kind: z.string(), version: z.string() });
