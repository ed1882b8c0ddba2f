import type { Host } from '../host/host.ts';
import type { Journal } from './journal.ts';
import type { Clock } from '../core/clock.ts';
import type { Pace } from '../core/pace/pace.ts';
import { Interruption, RelayError } from '../core/relay-error.ts';
import type { Emit, Stage } from '../core/run-event.ts';

/** Whether a run is over, is at work on this machine, or is not known here. */
export type RunPhase = 'ended' | 'at_work' | 'unknown';

/** What every step of a run works with. */
export interface RunTools {
  /** The host, whose reads and tests end when the run was told to stop. */
  host: Host;
  /** The same, whose reads nothing ends: for resolving what was sent, and for undoing it. */
  base: Host;
  clock: Clock;
  emit: Emit;
  journal: Journal;
  /** How fast the host is asked for what it does by itself, many times over. */
  calls: Pace;
  /** What is known here of another run, by its id. */
  phaseOf: (run: string) => Promise<RunPhase>;
  /** Aborted when the run shall end early: by a signal, the deadline, or a lost lock. Its reason is a `RelayError`. */
  stop: AbortSignal;
}

/** The same for what must be done also after the run was told to stop: resolving what was sent, undoing it. */
export function unstopped(tools: RunTools): RunTools {
  return { ...tools, host: tools.base, stop: new AbortController().signal };
}

/** Why the run was told to stop, if it was. */
export function stopReason({ aborted, reason }: AbortSignal): RelayError | undefined {
  if (!aborted) return undefined;
  return reason instanceof RelayError ? reason : new RelayError('INTERRUPTED', 'The run was stopped.');
}

/** The signal by which the run was told to stop, if it was one. */
export function signalOf({ aborted, reason }: AbortSignal): 'SIGINT' | 'SIGTERM' | null {
  return aborted && reason instanceof Interruption ? reason.signal : null;
}

/** Nothing new starts once the run was told to stop. Throws the reason. */
export function throwIfStopped({ stop }: Pick<RunTools, 'stop'>): void {
  const reason = stopReason(stop);
  if (reason !== undefined) throw reason;
}

/** Runs one stage and tells the watchers when it begins and ends, also when it throws. */
export async function inStage<T>(
  tools: Pick<RunTools, 'emit' | 'clock'>,
  stage: Stage,
  title: string,
  work: () => Promise<T>,
  summary: (value: T) => { ok: boolean; text: string },
): Promise<T> {
  const startedAt = tools.clock.now();
  const finish = (ok: boolean, text: string) =>
    tools.emit({ type: 'stage-finished', stage, ok, summary: text, ms: tools.clock.now() - startedAt });
  tools.emit({ type: 'stage-started', stage, title });
  try {
    const value = await work();
    const { ok, text } = summary(value);
    finish(ok, text);
    return value;
  } catch (error) {
    finish(false, error instanceof RelayError ? error.code : 'unexpected error');
    throw error;
  }
}
