import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { RelayError } from '../core/relay-error.ts';
import { foldedAddress } from './lock-keys.ts';

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

function placeOf(stateDir: string, hostUrl: string, provider: string): { folder: string; file: string } {
  const name = createHash('sha256')
    .update(JSON.stringify([foldedAddress(hostUrl), provider]))
    .digest('hex')
    .slice(0, 24);
  const folder = join(stateDir, 'verdicts');
  return { folder, file: join(folder, `${name}.json`) };
}

/** The verdicts that were kept of a provider on a host; nothing where there are none, or they cannot be read. */
export async function readVerdicts(
  stateDir: string,
  hostUrl: string,
  provider: string,
): Promise<KeptVerdicts | undefined> {
  const { file } = placeOf(stateDir, hostUrl, provider);
  try {
    return schema.safeParse(JSON.parse(await readFile(file, 'utf8'))).data;
  } catch {
    return undefined;
  }
}

/** Keeps verdicts for the next time. Throws `STATE_UNWRITABLE`. */
export async function keepVerdicts(
  stateDir: string,
  hostUrl: string,
  provider: string,
  kept: Omit<KeptVerdicts, 'v'>,
): Promise<void> {
  const { folder, file } = placeOf(stateDir, hostUrl, provider);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFileAtomic(file, `${JSON.stringify({ v: 1, ...kept })}\n`, { mode: 0o600 });
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new RelayError('STATE_UNWRITABLE', `What the tests told cannot be kept in ${file} (${why}).`, { cause });
  }
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
