import type { KeyFile } from '../../keys/key-file.ts';
import type { Pack } from '../../pack/read-pack.ts';
import type { Desired } from '../../plan/observed.ts';
import type { Problem } from '../../core/relay-error.ts';
import type { Secret } from '../../core/secrets/secret.ts';

/** Everything an import was asked for, read and checked, before the host is looked at (rule B1). */
export interface ImportJob extends Omit<Desired, 'keys' | 'malformedLines' | 'probeKeyGiven'> {
  relayVersion: string;
  pack: Pack;
  keyFile: KeyFile;
  /** Where the keys were read; nothing where they came through a pipe. */
  keysFrom: string | null;
  /** What is to be said before anything is sent: of the pack, its terms, and the look of the keys. */
  warnings: readonly Problem[];
  probeKey: Secret | null;
  /** Accounts tested at once; `null`: as many as host and vendor turn out to take. */
  concurrency: number | null;
  /** Accounts made by one request. */
  batchSize: number;
  gatewayWaitMs: number;
}
