import { z } from 'zod';
import { parseJson } from '../../core/parse-json.ts';

/** What tells one process from all others, as far as the system says. */
export const processPlaceSchema = z.object({
  pid: z.int().positive(),
  /** The name of the machine, or of the container. For people: two may have the same. */
  machine: z.string(),
  /** One start of one kernel. */
  boot: z.string().nullable(),
  /** Which processes the number counts among: a container has numbers of its own. */
  namespace: z.string().nullable(),
  /** When the process began, in the system's own form. Numbers come again, this does not. */
  startedAt: z.string().nullable(),
});

export type ProcessPlace = z.infer<typeof processPlaceSchema>;

/** Who holds a lock. */
const lockOwnerSchema = processPlaceSchema.extend({
  /** Random, and new for each try to take a lock, so that none is met twice. Stands in names of files. */
  token: z.string().regex(/^[0-9a-f]{32}$/),
  run: z.string(),
  since: z.iso.datetime(),
  /** For how long a request of the run may be under way, in milliseconds. */
  timeoutMs: z.number().min(0),
});

export type LockOwner = z.infer<typeof lockOwnerSchema>;

/** Who holds a lock, by what it says; nothing where it was never written whole. */
export function lockOwnerIn(text: string): LockOwner | null {
  return lockOwnerSchema.safeParse(parseJson(text)).data ?? null;
}
