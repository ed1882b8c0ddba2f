import type { ChangeLog } from '../apply/change-log.ts';
import type { Leftover } from '../apply/leftover.ts';
import type { AccountOutcome } from '../apply/accounts/making.ts';
import type { Account } from '../host/account.ts';
import type { KeyFile } from '../keys/key-file.ts';
import type { Provider } from '../pack/manifest.ts';
import type { ImportPlan, RemovalStep } from '../plan/import-plan.ts';
import type { JournalTally } from '../apply/journal.ts';
import type { PaceSummary } from '../core/pace/pace.ts';
import type { BudgetState } from '../core/pace/budget-state.ts';
import type { Problem } from '../core/relay-error.ts';
import type { GatewayCheck } from '../verify/check-gateway.ts';
import type { GrantResult } from '../apply/grant-access.ts';
import type { AccountVerdict } from '../verify/probe-accounts.ts';
import type { Outcome } from './outcome.ts';

/** A problem and the stage in which it was met. */
export interface StagedProblem extends Problem {
  stage: string;
}

/** Of a plan what the report is about. */
type ReportedPlan = Pick<ImportPlan, 'mode' | 'access' | 'resources' | 'accounts' | 'removals' | 'servingElsewhere'>;

/** What a report is made from: a run, or one that carried nothing out, whose end was decided before its first write. */
export type ReportedRun = Omit<RunRecord, 'plan'> & { plan: ReportedPlan; decided?: Outcome };

/** What a record holds of a run that has done nothing yet, or never will. */
export function nothingDone() {
  return {
    outcomes: new Map(),
    verdicts: new Map(),
    seen: new Map(),
    takenOut: new Map(),
    removed: [],
    grants: [],
    gateway: null,
    connect: null,
    silenced: false,
    aborted: false,
    undone: false,
    leftovers: [],
    unsettled: [],
  } satisfies Partial<RunRecord>;
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
    /** How fast accounts were tested at the end; nothing where none was. */
    pace: PaceSummary | null;
    journal: JournalTally | null;
    /** The limit of requests of the host at the end, where it has one. */
    budget: BudgetState | null;
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
  /** Accounts as they were last seen, by fingerprint, where neither making nor testing them tells. */
  seen: Map<string, Account>;
  log: ChangeLog;
  /** What was done to failed accounts, by account id. */
  takenOut: Map<string, 'disabled' | 'removed'>;
  removed: Omit<RemovalStep, 'serves'>[];
  grants: GrantResult[];
  gateway: (GatewayCheck & { probeKey: 'given' | 'found' | 'made' }) | null;
  connect: { baseUrl: string; access: string; models: string[]; example: string } | null;
  /** Nothing more could be sent: the journal could not be kept, or the lock was lost. */
  silenced: boolean;
  /** An error ended the run before its last stage. */
  aborted: boolean;
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
