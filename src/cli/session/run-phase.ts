import type { RunPhase } from '../../apply/run-tools.ts';
import { readRun, type RecordedRun } from '../../journal/read-journal.ts';
import { RelayError } from '../../core/relay-error.ts';
import { runAtWork } from './hold-lock.ts';
import { stateDirOf } from './state-dir-of.ts';
import type { Io } from '../io.ts';

/** What the journals and the locks of this machine tell of a run. */
export async function runPhase(io: Io, id: string): Promise<RunPhase> {
  let run: RecordedRun;
  try {
    run = await readRun(stateDirOf(io), id);
  } catch (error) {
    if (error instanceof RelayError) return 'unknown';
    throw error;
  }
  const { host, provider } = run.begin;
  return run.end === null && (await runAtWork(io, host.url, provider.id)) === id ? 'at_work' : 'ended';
}
