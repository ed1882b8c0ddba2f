import type { HttpClient } from '../../host/http/http-client.ts';
import type { KeyFile } from '../../keys/key-file.ts';
import type { Pack } from '../../pack/read-pack.ts';
import type { LiveOrder } from '../../pack/settle-provider.ts';
import type { Desired } from '../../plan/observed.ts';
import type { Problem } from '../../core/relay-error.ts';
import type { Secret } from '../../core/secrets/secret.ts';

/** How relay itself reaches an upstream. */
export type ReachUpstream = (baseUrl: string) => HttpClient;

/** Everything an import was asked for, read and checked, before the host is looked at (rule B1). */
export interface ImportJob extends Omit<Desired, 'keys' | 'malformedLines' | 'probeKeyGiven'> {
  relayVersion: string;
  /** Its kind is known to whoever has read it; a run that goes on has no need of it. */
  pack: Pick<Pack, 'id' | 'file' | 'digest' | 'origin'> & Partial<Pick<Pack, 'kind'>>;
  /** Which models of the upstream's list are meant, until it was asked: the provider has none before. */
  live: { order: LiveOrder; reach: ReachUpstream } | null;
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
