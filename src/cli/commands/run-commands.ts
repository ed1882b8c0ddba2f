import { resolve } from 'node:path';
import { inStage, throwIfStopped, type RunTools } from '../../apply/run-tools.ts';
import type { Leftover } from '../../apply/undo.ts';
import { configured, loadConfig } from '../../config/config-file.ts';
import { hostSettings, type HostOptions } from '../../config/host-settings.ts';
import { beginRecord } from '../../flows/import-record.ts';
import type { Ledger } from '../../apply/ledger.ts';
import { planImport } from '../../flows/plan-import.ts';
import { resumeJob } from '../../flows/resume-job.ts';
import { rollbackRun } from '../../flows/rollback-run.ts';
import { runImport } from '../../flows/run-import.ts';
import { takeUpRun } from '../../flows/take-up-run.ts';
import { acts } from '../../plan/import-plan.ts';
import { readRun, type RecordedRun } from '../../journal/read-journal.ts';
import { RunJournal } from '../../journal/run-journal.ts';
import { readKeyFile } from '../../keys/read-key-file.ts';
import { systemClock } from '../../terms/clock.ts';
import type { Redactor } from '../../terms/redactor.ts';
import { inspectPack } from '../../pack/read-pack.ts';
import { problem, RelayError, type Problem } from '../../terms/relay-error.ts';
import { EventQueue } from '../event-queue.ts';
import { holdLock, stateDirOf } from '../hold-lock.ts';
import { openHost } from '../host-session.ts';
import type { SayFlags } from '../import-flags.ts';
import { readProbeKey } from '../import-options.ts';
import { print, styleFor, type Io } from '../io.ts';
import { leftLine, sayLast, type LastWords } from '../last-words.ts';
import { progressView } from '../progress.ts';
import { askConsent, checkMassRemoval, questionsOf } from '../consent.ts';
import { publish } from '../publish.ts';
import { repeatCommand } from '../repeat-command.ts';
import { stopSignals } from '../stop-signals.ts';
import { checkReportPlace } from '../write-report.ts';

export interface RunFlags extends HostOptions, SayFlags {
  keys?: string;
  probeKeyFile?: string;
  report?: string | false;
  timeout?: number;
  deadline?: number;
  config?: string;
  yes?: boolean;
  input: boolean;
  allowMassRemoval?: boolean;
}

/** What `resume` and `rollback` do with a run whose journal, host and lock they hold. */
type Work = (run: RecordedRun, tools: RunTools, journal: RunJournal, events: EventQueue) => Promise<number>;

/** `relay resume RUN --keys FILE`: finishes an interrupted run. */
export async function resumeCommand(id: string, flags: RunFlags, io: Io, redactor: Redactor): Promise<number> {
  const startedAt = Date.now();
  const run = await readRun(stateDirOf(io), id);
  if (flags.keys === undefined)
    throw new RelayError('USAGE', 'The keys of the run are needed: the journal does not hold them.', {
      hint: 'Give them with --keys FILE.',
    });
  if (run.end?.outcome === 'rolled_back') throw finished(id, 'it was rolled back');
  const { config } = await loadConfig(flags.config, io.cwd);
  const place = flags.report === false ? null : (flags.report ?? config.report ?? 'relay-report.json');
  if (place !== null) await checkReportPlace(place, io);
  const keyFile = await readKeyFile(
    flags.keys === '-' ? '-' : resolve(io.cwd, flags.keys),
    run.begin.job.mode,
    io.stdin,
  );
  for (const entry of keyFile.entries) if (entry.kind === 'key') redactor.learn(entry.key);
  const probeKey = await readProbeKey(flags, io);
  if (probeKey !== null) redactor.learn(probeKey);
  const job = resumeJob(run, keyFile, probeKey, io.version);
  return withRun(run, flags, io, redactor, async (_, tools, journal, events) => {
    const { ledger, leftovers } = await takeUpRun(run, tools);
    const planned = await beforeMore(run, ledger, journal, async () => {
      const found = await planImport(job, tools);
      await events.idle();
      throwIfStopped(tools);
      // Repeating it is safe. Going on with it would undo what came later, and all of the run where a test fails now.
      if (run.end?.outcome === 'succeeded' && acts(found.plan))
        throw finished(id, 'it succeeded, and the host has changed since');
      checkMassRemoval(found.plan, flags.allowMassRemoval === true);
      // Where the keys go was agreed to when the run began.
      await askConsent(questionsOf(found.plan, job, true), io, flags, tools.stop);
      throwIfStopped(tools);
      return found;
    });
    const record = beginRecord(job, planned.plan, tools.host, ledger, startedAt);
    record.leftovers.push(...leftovers);
    if (await packChanged(run))
      record.warnings.push({
        ...problem('PACK_CHANGED', `The pack ${run.begin.pack.file} has changed since the run began.`),
        stage: 'plan',
      });
    await runImport(job, planned, tools, record);
    await events.idle();
    record.run.finishedAt = Date.now();
    record.run.stages = events.stages;
    return publish(record, { place, lasting: true, journal }, flags, repeatCommand(`relay resume ${id}`, flags), io);
  });
}

function finished(id: string, how: string): RelayError {
  return new RelayError('RUN_FINISHED', `The run ${id} has ended: ${how}.`);
}

/** What stops a resume here leaves the run as it was: ended as it had ended, and on the host with what it made. */
async function beforeMore<T>(
  { begin, end }: RecordedRun,
  { deeds }: Ledger,
  journal: RunJournal,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (end !== null) journal.end(end.outcome, end.exitCode);
    if (!(error instanceof RelayError) || deeds.length === 0) throw error;
    const count = `${deeds.length} object${deeds.length === 1 ? '' : 's'}`;
    throw error.holding(`Nothing more was written: the host holds ${count} of the run ${begin.run}.`);
  }
}

/** `relay rollback RUN`: undoes a run, finished or not. 0 when the host is as it was, 6 when it is not. */
export async function rollbackCommand(id: string, flags: RunFlags, io: Io, redactor: Redactor): Promise<number> {
  const run = await readRun(stateDirOf(io), id);
  return withRun(run, flags, io, redactor, async (_, tools, journal, events) => {
    const { undone, leftovers, warnings } = await rollbackRun(run, tools);
    await events.idle();
    const exitCode = leftovers.length > 0 || warnings.length > 0 ? 6 : 0;
    journal.end(exitCode === 0 ? 'rolled_back' : 'failed', exitCode);
    if (flags.output === 'json')
      print(io.stdout, JSON.stringify({ run: id, exitCode, undone, leftovers, warnings }, null, 2));
    else if (flags.quiet !== true) {
      const style = styleFor(io, 'stdout', flags.color);
      for (const each of undone) print(io.stdout, `${style.good('undone')} ${each.kind} "${each.name}" (${each.id})`);
      if (undone.length === 0) print(io.stdout, 'Nothing of this run is on the host.');
    }
    if (exitCode === 0) return 0;
    sayLast(io, rollbackEnd(leftovers, warnings, repeatCommand(`relay rollback ${id}`, flags)));
    return exitCode;
  });
}

function rollbackEnd(leftovers: readonly Leftover[], warnings: readonly Problem[], again: string): LastWords {
  const left = `${leftovers.length} object${leftovers.length === 1 ? '' : 's'} of the run could not be taken back.`;
  const lost = warnings.map(({ code, message }) => `${code}: ${message}`);
  const hints = warnings.map(({ hint }) => hint).join(' ');
  return {
    happened: [...(leftovers.length > 0 ? [left] : []), ...lost].join('\n'),
    holds:
      leftovers.length > 0
        ? 'The host holds something that should not be there, or may:'
        : 'The host holds nothing of the run any more.',
    named: leftovers.map(leftLine),
    next: leftovers.length > 0 ? `look at what is left; others may use it by now. Then: ${again}` : hints,
  };
}

/** A pack that is gone has changed too. */
async function packChanged({ begin }: RecordedRun): Promise<boolean> {
  const now = await inspectPack(begin.pack.file, begin.pack.origin).catch(() => undefined);
  return now?.pack?.digest !== begin.pack.digest;
}

/** Opens host, lock and journal of a run for as long as the work takes. */
async function withRun(run: RecordedRun, flags: RunFlags, io: Io, redactor: Redactor, work: Work): Promise<number> {
  const { config } = await loadConfig(flags.config, io.cwd);
  const { url } = run.begin.host;
  const settings = await hostSettings({ ...flags, host: flags.host ?? url }, io.env, config, io.stdin);
  if (settings.kind !== 'url' || settings.url !== url) {
    throw new RelayError(
      'RUN_HOST_DIFFERS',
      `The run ${run.begin.run} was on ${url}, not on ${settings.kind === 'url' ? settings.url : 'the sandbox'}.`,
    );
  }
  const events = new EventQueue(
    progressView(io, { quiet: flags.quiet === true, colour: flags.color, verbose: flags.verbose === true }),
  );
  const { stop, release } = stopSignals(
    (text) => events.emit({ type: 'notice', text }),
    flags.deadline ?? configured(config, 'deadline'),
  );
  const base = { clock: systemClock, emit: events.emit, stop };
  const trace = flags.verbose === true ? { trace: (line: string) => print(io.stderr, redactor.redact(line)) } : {};
  let unlock: () => void = () => undefined;
  try {
    unlock = await holdLock(
      io,
      { hostUrl: url, provider: run.begin.provider.id, run: run.begin.run },
      systemClock,
      stop,
    );
    const open = () =>
      openHost(settings, {
        version: io.version,
        timeoutMs: flags.timeout ?? configured(config, 'timeout') ?? 30_000,
        clock: systemClock,
        redactor,
        ...trace,
      });
    const session = await inStage(base, 'connect', 'Connect', open, ({ host }) => ({
      ok: true,
      text: `${host.info.kind} ${host.info.version} at ${host.info.url}`,
    }));
    const journal = RunJournal.reopen(stateDirOf(io), run.begin.run, systemClock);
    return await work(run, { ...base, host: session.host, journal }, journal, events);
  } finally {
    await events.idle();
    release();
    unlock();
  }
}
