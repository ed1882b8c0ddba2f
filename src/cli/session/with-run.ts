import { writableStates } from '../../apply/reopen-changes.ts';
import type { RunTools } from '../../apply/run-tools.ts';
import { loadConfig } from '../../config/config-file.ts';
import type { Flags } from '../../config/options/option-flags.ts';
import { readRun, type RecordedRun } from '../../journal/read-journal.ts';
import { RunRecorder } from '../../journal/run-recorder.ts';
import { systemClock } from '../../core/clock.ts';
import type { Redactor } from '../../core/secrets/redactor.ts';
import { RelayError } from '../../core/relay-error.ts';
import type { Io } from '../io.ts';
import type { HostSession } from './host-session.ts';
import { hostRequest, withHost, type HostRequest } from './with-host.ts';

/** What the commands that go on with a run are told. */
type RunFlags = Flags<'resume' | 'rollback'>;

/** A run that is gone on with, on its host, under its lock, in its journal. */
export interface RunSession extends HostSession {
  run: RecordedRun;
  tools: RunTools;
  journal: RunRecorder;
}

/** Opens the host of a run to go on with it. Throws `RUN_NOT_FOUND`, `RUN_HOST_DIFFERS`, and what `withHost` throws. */
export async function withRun(
  begin: RecordedRun['begin'],
  flags: RunFlags,
  io: Io,
  redactor: Redactor,
  work: (at: RunSession) => Promise<number>,
): Promise<number> {
  const { run: id } = begin;
  return withHost(await hostOfRun(begin, flags, io), flags, io, redactor, async (at) => {
    await at.hold(begin.provider.id, id);
    const state = await at.state();
    // Who held the lock until now may have gone on with the same run.
    const run = await readRun(state.runs, id);
    const journal = await RunRecorder.reopen(state.runs, id, {
      clock: systemClock,
      writable: writableStates(at.tools.host, (text) => redactor.hide(text)),
    });
    at.atWork(id);
    return work({ ...at, run, tools: { ...at.tools, journal }, journal });
  });
}

/** The host that a run was on, as it is asked for now. Throws `RUN_HOST_DIFFERS`. */
export async function hostOfRun(begin: RecordedRun['begin'], flags: RunFlags, io: Io): Promise<HostRequest> {
  const loaded = await loadConfig(flags.config, io);
  const { url } = begin.host;
  const request = await hostRequest({ ...flags, host: flags.host ?? url }, loaded, io);
  const { settings } = request;
  if (settings.kind !== 'url' || settings.url !== url) {
    const other = settings.kind === 'url' ? settings.url : 'the sandbox';
    throw new RelayError('RUN_HOST_DIFFERS', `The run ${begin.run} was on ${url}, not on ${other}.`);
  }
  return request;
}
