import { ChangeLog } from '../../apply/change-log.ts';
import { noJournal } from '../../apply/journal.ts';
import { addLeftovers, type Leftover } from '../../apply/leftover.ts';
import type { UnresolvedWrite } from '../../apply/perform-write.ts';
import type { RunTools } from '../../apply/run-tools.ts';
import { RelayError, type Problem } from '../../core/relay-error.ts';
import type { Stage } from '../../core/run-event.ts';
import type { Secret } from '../../core/secrets/secret.ts';
import type { Id } from '../../host/account.ts';
import { acceptedKeys } from '../../keys/key-file.ts';
import type { ImportPlan } from '../../plan/import-plan.ts';
import type { RunRecord } from '../../report/run-record.ts';
import type { Pace } from '../../core/pace/pace.ts';
import { ClientKeys } from '../../apply/client-keys.ts';
import { testPace } from '../../verify/test-pace.ts';
import type { KeyVerdict } from '../../verify/test-keys.ts';
import type { ImportJob } from './import-job.ts';
import { beginRecord } from './import-record.ts';
import type { PreparedImport } from './prepare-import.ts';
import { asRunFailure } from './failure/run-failure.ts';

/** One run of an import: what its stages work with, and all that they change. */
export class ImportRun {
  readonly job: ImportJob;
  readonly plan: ImportPlan;
  /** The user key for the gateway check, where one was given or found. */
  readonly probeKey: Secret | null;
  readonly tools: RunTools;
  readonly log: ChangeLog;
  readonly clientKeys: ClientKeys;
  readonly record: RunRecord;
  /** How fast accounts are tested. */
  readonly pace: Pace;
  /** The staging place, once it is made. */
  staging: { id: Id; name: string } | null = null;
  /** What the tests told of keys before accounts were made of them, by fingerprint. */
  readonly keyVerdicts = new Map<string, KeyVerdict>();
  /** Changes of which nobody knows yet whether they were carried out, and that did not end the run. */
  readonly unresolved: UnresolvedWrite[] = [];
  #keys: ReadonlyMap<string, Secret> | undefined;

  constructor({ job, plan, probeKey, earlier }: PreparedImport, tools: RunTools, startedAt: number) {
    this.job = job;
    this.plan = plan;
    this.probeKey = probeKey;
    this.log = earlier?.log ?? new ChangeLog(tools.journal);
    this.record = beginRecord(job, plan, tools.host, this.log, startedAt);
    this.leave(earlier?.leftovers ?? []);
    this.tools = tools;
    this.pace = testPace(job.concurrency, job.provider, tools.host.info.capabilities, tools.clock);
    this.clientKeys = new ClientKeys(plan.run, tools, this.log);
  }

  /** Whether what fails undoes the run; else what works is kept. */
  get undoesOnFailure(): boolean {
    return this.plan.policy.onFailure === 'undo';
  }

  /** The key of a fingerprint that the plan names. Throws `INTERNAL` where the key file does not hold it. */
  keyOf = (fingerprint: string): Secret => {
    this.#keys ??= new Map(acceptedKeys(this.job.keyFile).map((entry) => [entry.fingerprint, entry.key]));
    const key = this.#keys.get(fingerprint);
    if (key === undefined)
      throw new RelayError('INTERNAL', `The plan names a key that the key file does not hold (${fingerprint}).`);
    return key;
  };

  /** Does the work of a stage. What it throws is told as met in this stage. */
  async during<T>(stage: Stage, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw asRunFailure(error, stage);
    }
  }

  /** Tells the watchers and the report. */
  warn(stage: Stage, found: Problem): void {
    this.record.warnings.push({ ...found, stage });
    this.tools.emit({ type: 'warning', stage, problem: found });
  }

  /** Goes on without notes: for undoing what was noted while that could be done. */
  giveUpJournal(): void {
    this.log.giveUpJournal();
    this.tools.journal = noJournal;
    this.record.silenced = true;
  }

  /** Reports what went wrong and did not end the run. `lost`: the change of which nobody knows whether it was made. */
  fail(stage: Stage, found: Problem, lost?: UnresolvedWrite | null): void {
    this.record.errors.push({ ...found, stage });
    if (lost !== undefined && lost !== null) this.unresolved.push(lost);
  }

  /** Names what stays on the host though it should not. */
  leave(leftovers: readonly Leftover[]): void {
    addLeftovers(this.record.leftovers, leftovers);
  }
}
