import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { AccessMode } from '../core/modes.ts';
import { parseJson } from '../core/parse-json.ts';
import { foldedAddress } from './lock/lock-keys.ts';
import type { StateStore } from './state-store.ts';

const schema = z.object({
  v: z.literal(1),
  at: z.iso.datetime(),
  accounts: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      failed: z.boolean(),
      /** Taken out of service by the host, which has not said so any more since a test of it ended well. */
      heldOut: z.boolean().optional(),
    }),
  ),
});

/** What the tests of a provider's accounts told when they were last made. */
export type KeptVerdicts = z.infer<typeof schema>;

/** Whose accounts verdicts are of: those of a provider on a host with an access mode, which may be tested for itself. */
export interface VerdictOwner {
  hostUrl: string;
  provider: string;
  access: AccessMode;
}

/** Under what name verdicts are kept. */
function nameOf({ hostUrl, provider, access }: VerdictOwner): string {
  return createHash('sha256')
    .update(JSON.stringify([foldedAddress(hostUrl), provider, access]))
    .digest('hex')
    .slice(0, 24);
}

/** The verdicts that were kept; nothing where there are none, or they cannot be read. */
export async function readVerdicts({ verdicts }: StateStore, owner: VerdictOwner): Promise<KeptVerdicts | undefined> {
  const text = await verdicts.read(nameOf(owner));
  return schema.safeParse(parseJson(text ?? '')).data;
}

/** Keeps verdicts for the next time. Throws `STATE_UNWRITABLE`. */
export async function keepVerdicts(
  { verdicts }: StateStore,
  owner: VerdictOwner,
  kept: Omit<KeptVerdicts, 'v'>,
): Promise<void> {
  await verdicts.keep(nameOf(owner), JSON.stringify({ v: 1, ...kept }));
}

/** Accounts whose verdicts are news since they were last kept, by name; and those that are as dead as before. */
export interface VerdictNews {
  since: string;
  newlyDead: string[];
  recovered: string[];
  stillDead: string[];
}

/** What is new in the verdicts of accounts. One that was not there before is news when it fails. Pure. */
export function newsSince(before: KeptVerdicts, now: KeptVerdicts['accounts']): VerdictNews {
  const failedBefore = new Set(before.accounts.filter(({ failed }) => failed).map(({ id }) => id));
  const names = (is: (account: KeptVerdicts['accounts'][number]) => boolean) => now.filter(is).map(({ name }) => name);
  return {
    since: before.at,
    newlyDead: names(({ id, failed }) => failed && !failedBefore.has(id)),
    recovered: names(({ id, failed }) => !failed && failedBefore.has(id)),
    stillDead: names(({ id, failed }) => failed && failedBefore.has(id)),
  };
}
