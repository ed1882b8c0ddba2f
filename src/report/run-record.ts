import type { AccountOutcome } from '../apply/apply-accounts.ts';
import type { Ledger } from '../apply/ledger.ts';
import type { Leftover } from '../apply/undo.ts';
import type { KeyFile } from '../keys/key-file.ts';
import type { Provider } from '../pack/manifest.ts';
import type { ImportPlan, RemovalStep } from '../plan/import-plan.ts';
import type { Problem } from '../terms/relay-error.ts';
import type { GatewayCheck } from '../verify/check-gateway.ts';
import type { SubscriptionResult } from '../verify/grant-access.ts';
import type { AccountVerdict } from '../verify/probe-accounts.ts';

/** A problem and the stage in which it was met. */
export interface StagedProblem extends Problem {
  stage: string;
}

/** Everything that is known of a run when it ends, however it ends. The report is computed from it. */
export interface RunRecord {
  run: {
    id: string;
    startedAt: number;
    finishedAt: number;
    relayVersion: string;
    dryRun: boolean;
    stages: { name: string; startedAt: number; durationMs: number }[];
  };
  host: { url: string; kind: string; version: string };
  pack: { id: string; digest: string };
  provider: Provider;
  plan: ImportPlan;
  keyFile: KeyFile;
  /** What became of each account that was to be made, by fingerprint. */
  outcomes: Map<string, AccountOutcome>;
  /** What the tests told, by fingerprint. */
  verdicts: Map<string, AccountVerdict>;
  ledger: Ledger;
  /** What was done to failed accounts, by account id. */
  retired: Map<number, 'disabled' | 'removed'>;
  removed: RemovalStep[];
  subscriptions: SubscriptionResult[];
  gateway: (GatewayCheck & { probeKey: 'given' | 'found' | 'made' }) | null;
  connect: { baseUrl: string; group: string; models: string[]; example: string } | null;
  /** An error ended the run before its last stage. */
  cutShort: boolean;
  /** What the run did was taken back, but for the leftovers. */
  undone: boolean;
  leftovers: Leftover[];
  /** Changes whose fate could not be found out, with the command that shows what to look at. */
  unsettled: Leftover[];
  /** The signal that stopped the run. */
  interruptedBy: 'SIGINT' | 'SIGTERM' | null;
  warnings: StagedProblem[];
  errors: StagedProblem[];
}
