import { ChangeLog } from '../../apply/change-log.ts';
import { addLeftovers, type Leftover } from '../../apply/leftover.ts';
import type { UnresolvedWrite } from '../../apply/perform-write.ts';
import type { RunTools } from '../../apply/run-tools.ts';
import type { Problem } from '../../core/relay-error.ts';
import type { Stage } from '../../core/run-event.ts';
import type { Secret } from '../../core/secrets/secret.ts';
import type { Group } from '../../host/objects.ts';
import type { ImportPlan } from '../../plan/import-plan.ts';
import type { RunRecord } from '../../report/run-record.ts';
import { ProbeUser } from '../../verify/probe-key.ts';
import type { ImportJob } from './import-job.ts';
import { beginRecord } from './import-record.ts';
import type { PreparedImport } from './prepare-import.ts';
import { asRunFailure } from './run-failure.ts';

/** One run of an import: what its stages work with, and all that they change. */
export class ImportRun {
  readonly job: ImportJob;
  readonly plan: ImportPlan;
  /** The user key for the gateway check, where one was given or found. */
  readonly probeKey: Secret | null;
  readonly tools: RunTools;
  readonly log: ChangeLog;
  readonly probeUser: ProbeUser;
  readonly record: RunRecord;
  /** The staging group, once it is made. */
  staging: Group | null = null;
  /** Changes of which nobody knows yet whether they were carried out, and that did not end the run. */
  readonly unresolved: UnresolvedWrite[] = [];

  constructor({ job, plan, probeKey, earlier }: PreparedImport, tools: RunTools, startedAt: number) {
    this.job = job;
    this.plan = plan;
    this.probeKey = probeKey;
    this.log = earlier?.log ?? new ChangeLog(tools.journal);
    this.record = beginRecord(job, plan, tools.host, this.log, startedAt);
    this.leave(earlier?.leftovers ?? []);
    this.tools = tools;
    this.probeUser = new ProbeUser(plan.run, tools, this.log);
  }

  /** Whether what fails undoes the run; else what works is kept. */
  get undoesOnFailure(): boolean {
    return this.plan.policy.onFailure === 'undo';
  }

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
