import { resolve } from 'node:path';
import type { Change } from '../../apply/change.ts';
import type { ChangeLog } from '../../apply/change-log.ts';
import { throwIfStopped } from '../../apply/run-tools.ts';
import type { Leftover } from '../../apply/leftover.ts';
import { loadConfig } from '../../config/config-file.ts';
import { defaults } from '../../config/defaults.ts';
import type { Flags } from '../../config/options/option-flags.ts';
import type { ImportJob } from '../../flows/import/import-job.ts';
import { beginRecord } from '../../flows/import/import-record.ts';
import { planImport, type PlannedImport } from '../../flows/import/plan-import.ts';
import { resumeJob } from '../../flows/import/resume-job.ts';
import { runImport } from '../../flows/import/run-import.ts';
import { reopenRun } from '../../flows/import/reopen-run.ts';
import { readRun, type RecordedRun } from '../../journal/read-journal.ts';
import { readKeyFile } from '../../keys/read-key-file.ts';
import { findPack } from '../../pack/find-pack.ts';
import { acts } from '../../plan/import-plan.ts';
import { counted } from '../../core/counted.ts';
import type { Redactor } from '../../core/secrets/redactor.ts';
import { problem, RelayError } from '../../core/relay-error.ts';
import { askConsent, checkMassRemoval, questionsOf } from '../session/consent.ts';
import { stateDirOf } from '../session/hold-lock.ts';
import { checkPlaces } from '../options/check-places.ts';
import { inputFiles } from '../options/input-files.ts';
import { checkStdin, readProbeKey } from '../options/import-options.ts';
import type { Io } from '../io.ts';
import { publish } from '../output/publish.ts';
import { repeatCommand } from '../options/repeat-command.ts';
import { withRun, type RunSession } from '../session/with-run.ts';

type ResumeFlags = Flags<'resume'>;

/** `relay resume RUN --keys FILE`: finishes an interrupted run. */
export async function resumeCommand(id: string, flags: ResumeFlags, io: Io, redactor: Redactor): Promise<number> {
  const startedAt = Date.now();
  const recorded = await readRun(stateDirOf(io), id);
  if (flags.keys === undefined)
    throw new RelayError('USAGE', 'The keys of the run are needed: the journal does not hold them.', {
      hint: 'Give them with --keys FILE.',
    });
  checkStdin(flags);
  refuseRolledBack(recorded);
  const place = flags.report === false ? null : (flags.report ?? defaults.report);
  const loaded = await loadConfig(flags.config, io);
  await checkPlaces(flags, place, inputFiles(flags, loaded, [recorded.begin.pack.file], io), io);
  const { mode } = recorded.begin.job;
  const keyFile = await readKeyFile(flags.keys === '-' ? '-' : resolve(io.cwd, flags.keys), mode, io.stdin);
  for (const entry of keyFile.entries) if (entry.kind === 'key') redactor.learn(entry.key);
  const probeKey = await readProbeKey(flags, io);
  if (probeKey !== null) redactor.learn(probeKey);
  const job = resumeJob(recorded, keyFile, probeKey, io.version);
  return withRun(id, flags, io, redactor, async (at) => {
    const { run, tools, journal, idle, stages } = at;
    const { log, leftovers, planned } = await prepare(at, job, flags, io);
    const record = beginRecord(job, planned.plan, tools.host, log, startedAt);
    record.leftovers.push(...leftovers);
    if (await packChanged(run, io))
      record.warnings.push({
        ...problem('PACK_CHANGED', `The pack ${run.begin.pack.file} has changed since the run began.`),
        stage: 'plan',
      });
    await runImport(job, planned, tools, record);
    await idle();
    record.run.finishedAt = Date.now();
    record.run.stages = stages;
    return publish(
      record,
      { place, lasting: true, journal },
      flags,
      { same: repeatCommand(`relay resume ${id}`, flags) },
      io,
    );
  });
}

/**
 * Takes the run up and asks what is to be asked. What stops it here leaves the run as it was: ended as it had ended, and
 * on the host with what it made.
 */
async function prepare(
  { run, tools, journal, idle }: RunSession,
  job: ImportJob,
  flags: ResumeFlags,
  io: Io,
): Promise<{ log: ChangeLog; leftovers: Leftover[]; planned: PlannedImport }> {
  let changes: readonly Change[] = run.changes;
  try {
    refuseRolledBack(run);
    const taken = await reopenRun(run, tools);
    changes = taken.log.changes;
    const planned = await planImport(job, tools);
    await idle();
    throwIfStopped(tools);
    // Repeating it is safe. Going on with it would undo what came later, and all of the run where a test fails now.
    if (run.end?.outcome === 'succeeded' && acts(planned.plan))
      throw finished(run, 'it succeeded, and the host has changed since');
    checkMassRemoval(planned.plan, flags.allowMassRemoval === true);
    // Where the keys go was agreed to when the run began.
    await askConsent(questionsOf(planned.plan, job, 'command'), io, flags, tools.stop);
    throwIfStopped(tools);
    return { ...taken, planned };
  } catch (error) {
    if (run.end !== null) journal.end(run.end.outcome, run.end.exitCode);
    const held = new Set(
      changes.filter(({ id }) => id !== null).map(({ kind, id: objectId }) => `${kind} ${objectId}`),
    );
    if (!(error instanceof RelayError) || held.size === 0) throw error;
    throw error.holding(
      `Nothing more was written: the host holds ${counted(held.size, 'object')} of the run ${job.run}.`,
    );
  }
}

function refuseRolledBack(run: RecordedRun): void {
  if (run.end?.outcome !== 'rolled_back') return;
  throw finished(run, 'it was rolled back', { hint: 'Import the key file to bring the host to what it says.' });
}

function finished({ begin }: RecordedRun, how: string, advice?: { hint: string }): RelayError {
  return new RelayError('RUN_FINISHED', `The run ${begin.run} has ended: ${how}.`, advice);
}

/** A pack that is gone has changed too. A shipped one is looked for by name: a later job has relay in another place. */
async function packChanged({ begin }: RecordedRun, io: Io): Promise<boolean> {
  const { id, file, origin, digest } = begin.pack;
  const now = await findPack(origin === 'built-in' ? id : resolve(io.cwd, file)).catch(() => undefined);
  return now?.digest !== digest;
}
