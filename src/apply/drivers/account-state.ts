import { z } from 'zod';
import { accessModes } from '../../core/modes.ts';
import type { Account } from '../../host/account.ts';
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

/** All that is known of an account, by which one can be made that is like it: of the free settings, those that relay has set. */
export function wholeState(account: Account): AccountState {
  const { name, baseUrl, mapping, concurrency, priority, places, enabled, paused, marker, tested } = account;
  const settings = Object.fromEntries(
    (marker?.sets ?? []).filter((set) => set in account.settings).map((set) => [set, { value: account.settings[set] }]),
  );
  return {
    name,
    baseUrl,
    mapping,
    places,
    enabled,
    paused,
    marker,
    tested,
    settings,
    ...(concurrency === null ? {} : { concurrency }),
    ...(priority === null ? {} : { priority }),
  };
}

/** The state that a change has left an account in; nothing of a change of another kind. */
export function accountStateOf({ kind, after }: Change): AccountState | undefined {
  return kind === 'account' ? after : undefined;
}
