import type { KeyFile } from '../../keys/key-file.ts';
import type { Provider } from '../../pack/manifest.ts';
import type { Pack } from '../../pack/read-pack.ts';
import type { AccessMode, AccountsPolicy, FailedPolicy, ImportMode, ProbeMode } from '../../core/modes.ts';
import type { Problem } from '../../core/relay-error.ts';
import type { Secret } from '../../core/secrets/secret.ts';
import type { Target } from '../../core/target.ts';

/** Everything an import was asked for, read and checked, before the host is looked at (rule B1). */
export interface ImportJob {
  run: string;
  relayVersion: string;
  pack: Pack;
  /** The chosen provider, with the base URL that is to be used. */
  provider: Provider;
  keyFile: KeyFile;
  mode: ImportMode;
  access: AccessMode;
  /** What becomes of the accounts that the provider has already. */
  accounts: AccountsPolicy;
  targets: Target[];
  extend: boolean;
  adopt: boolean;
  failed: FailedPolicy;
  /** More than half of the accounts may be removed. */
  allowMassRemoval: boolean;
  probe: ProbeMode;
  /** What is to be said before anything is sent: of the pack, its terms, and the look of the keys. */
  warnings: readonly Problem[];
  probeKey: Secret | null;
  /** Accounts tested at once. */
  concurrency: number;
  /** Accounts made by one request. */
  batchSize: number;
  gatewayWaitMs: number;
  /** An interrupted run goes on. */
  resumed: boolean;
}
