import { resolve } from 'node:path';
import type { Change } from '../../../apply/change.ts';
import { throwIfStopped } from '../../../apply/run-tools.ts';
import { loadConfig } from '../../../config/config-file.ts';
import { defaults } from '../../../config/defaults.ts';
import type { Flags } from '../../../config/options/option-flags.ts';
import type { ImportJob } from '../../../flows/import/import-job.ts';
import { resumeJob } from '../../../flows/import/resume-job.ts';
import { executeImport } from '../../../flows/import/execute-import.ts';
import { prepareImport, type PreparedImport } from '../../../flows/import/prepare-import.ts';
import { reopenRun } from '../../../flows/import/reopen-run.ts';
import { needsNoKeys, placeholderKeys } from '../../../keys/placeholder.ts';
import { readRun, type RecordedRun } from '../../../journal/read-journal.ts';
import { findPack } from '../../../pack/find-pack.ts';
import { acts } from '../../../plan/import-plan.ts';
import { counted } from '../../../core/counted.ts';
import type { Redactor } from '../../../core/secrets/redactor.ts';
import { problem, RelayError } from '../../../core/relay-error.ts';
import { askConsent, questionsOf } from '../../session/consent.ts';
import { keepReport } from '../../session/keep-report.ts';
import { withState } from '../../session/open-state.ts';
import { checkPlaces } from '../../options/check-places.ts';
import { inputFiles } from '../../options/input-files.ts';
import { checkStdin } from '../../options/import-options.ts';
import { readKeys, readProbeKey } from '../../options/read-keys.ts';
import type { Io } from '../../io.ts';
import { nothingWritten } from '../../output/footer.ts';
import { publish } from '../../output/publish.ts';
import { repeatCommand } from '../../options/repeat-command.ts';
import { runCommand } from '../../options/run-command.ts';
import { withRun, type RunSession } from '../../session/with-run.ts';

type ResumeFlags = Flags<'resume'>;

/** `relay resume RUN --keys FILE`: finishes an interrupted run. */
export async function resumeCommand(id: string, flags: ResumeFlags, io: Io, redactor: Redactor): Promise<number> {
  const startedAt = Date.now();
  const recorded = await withState(flags, io, redactor, ({ runs }) => readRun(runs, id));
  const needsNone = needsNoKeys(recorded.begin.keys.entries);
  if (flags.keys === undefined && !needsNone)
    throw new RelayError('USAGE', 'The keys of the run are needed: the journal does not hold them.', {
      hint: 'Give them with --keys FILE.',
    });
  checkStdin(flags);
  refuseRolledBack(recorded);
  const place = flags.report === false ? null : (flags.report ?? defaults.report);
  const loaded = await loadConfig(flags.config, io);
  await checkPlaces(flags, place, inputFiles(flags, loaded, [recorded.begin.pack.file], io), io);
  const { mode } = recorded.begin.job;
  const keyFile = flags.keys === undefined ? placeholderKeys() : await readKeys(flags.keys, mode, io, redactor);
  const probeKey = await readProbeKey(flags, io, redactor);
  const allowMassRemoval = flags.allowMassRemoval === true;
  const job = resumeJob(recorded, keyFile, probeKey, { relayVersion: io.version, allowMassRemoval });
  if (await packChanged(recorded, io))
    job.warnings = [problem('PACK_CHANGED', `The pack ${recorded.begin.pack.file} has changed since the run began.`)];
  return withRun(recorded.begin, flags, io, redactor, async (at) => {
    const { tools, journal, idle, stages } = at;
    const prepared = await prepare(at, job, flags, io, redactor);
    const report = await executeImport(prepared, {
      tools,
      startedAt,
      stages: () => stages,
      openJournal: async () => journal,
    });
    await keepReport(report, at);
    await idle();
    const commands = { same: repeatCommand(`relay resume ${id}`, flags), ofRun: runCommand('runs show', id, flags) };
    return publish(report, { place, lasting: true }, flags, commands, io);
  });
}

/**
 * Reopens the run and asks what is to be asked. What stops it here leaves the run as it was: ended as it had ended, and
 * on the host with what it made.
 */
async function prepare(
  { run, tools, journal, idle }: RunSession,
  job: ImportJob,
  flags: ResumeFlags,
  io: Io,
  redactor: Redactor,
): Promise<PreparedImport> {
  let changes: readonly Change[] = run.changes;
  try {
    refuseRolledBack(run);
    const earlier = await reopenRun(run, tools);
    changes = earlier.log.changes;
    // What a run that has ended would remove is no question: it is refused as a whole.
    const hasSucceeded = run.end?.outcome === 'succeeded';
    // What has succeeded is proven: a gateway that is silent today must not undo it.
    const asked = { ...job, resumed: !hasSucceeded, allowMassRemoval: job.allowMassRemoval || hasSucceeded };
    const prepared = await prepareImport(asked, { tools });
    await idle();
    // Repeating it is safe. Going on with it would undo what came later, and all of the run where a test fails now.
    if (hasSucceeded && acts(prepared.plan)) throw finished(run, 'it succeeded, and the host has changed since');
    // Where the keys go was agreed to when the run began.
    await askConsent(
      questionsOf(prepared.plan, job, 'command', (text) => redactor.name(text)),
      io,
      flags,
      tools.stop,
    );
    throwIfStopped(tools);
    return { ...prepared, earlier };
  } catch (error) {
    const nothingMore = journal.isUntouched ? nothingWritten : 'Nothing more was written to the host.';
    await journal.leave(run.end);
    const held = new Set(
      changes.filter(({ id }) => id !== null).map(({ kind, id: objectId }) => `${kind} ${objectId}`),
    );
    if (!(error instanceof RelayError)) throw error;
    // What became of it since was others' to say.
    if (run.end !== null || held.size === 0) throw error.holds === undefined ? error.holding(nothingMore) : error;
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
