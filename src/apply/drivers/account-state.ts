import { z } from 'zod';
import { accessModes } from '../../core/modes.ts';
import type { Change } from '../change.ts';

export const accountStateSchema = z
  .object({
    name: z.string(),
    baseUrl: z.string().nullable(),
    mapping: z.record(z.string(), z.string()),
    concurrency: z.int(),
    priority: z.int(),
    settings: z.record(z.string(), z.object({ value: z.unknown() }).nullable()),
    places: z.array(z.string()),
    enabled: z.boolean(),
    paused: z.boolean(),
    /** Of one that was made: stands for the settings that it was made with. */
    digest: z.string(),
    marker: z
      .object({
        provider: z.string(),
        access: z.enum(accessModes),
        run: z.string(),
        fingerprint: z.string(),
        last4: z.string().optional(),
        revoked: z.boolean().optional(),
        sets: z.array(z.string()).optional(),
      })
      .nullable(),
    tested: z.boolean(),
  })
  .partial();

/** Settings of an account, as much as a change names. */
export type AccountState = z.infer<typeof accountStateSchema>;

/** The state that a change has left an account in; nothing of a change of another kind. */
export function accountStateOf({ kind, after }: Change): AccountState | undefined {
  return kind === 'account' ? after : undefined;
}
