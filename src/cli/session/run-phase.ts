import type { RunPhase } from '../../apply/run-tools.ts';
import { readRun, type RecordedRun } from '../../journal/read-journal.ts';
import { RelayError } from '../../core/relay-error.ts';
import { runAtWork } from './hold-lock.ts';
import type { StateStore } from '../../journal/state-store.ts';

/** What the journals and the locks of a state tell of a run. */
export async function runPhase(state: StateStore, id: string): Promise<RunPhase> {
  let run: RecordedRun;
  try {
    run = await readRun(state.runs, id);
  } catch (error) {
    if (error instanceof RelayError) return 'unknown';
    throw error;
  }
  const { host, provider } = run.begin;
  return run.end === null && (await runAtWork(state, host.url, provider.id)) === id ? 'at_work' : 'ended';
}
