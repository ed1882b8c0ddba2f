import { HostFailure, type WriteEnd } from '../host/host-failure.ts';
import type { ObjectKind } from '../host/host.ts';
import { RelayError } from '../terms/relay-error.ts';
import type { Stage } from '../terms/run-event.ts';
import { throwIfStopped, type RunTools } from './run-tools.ts';

export interface Write<T> {
  kind: ObjectKind;
  name: string;
  /** For people: `create the group "x"`. */
  what: string;
  stage: Stage;
  /** Sends the change once. `attempt` counts from 1. */
  send: (attempt: number) => Promise<WriteEnd<T>>;
  /** Finds the result if the host carried the change out. */
  look: () => Promise<T | undefined>;
  /** Pauses before it is sent again, in milliseconds, where the usual ones are too short. */
  retryPauses?: readonly number[];
}

/** A change of which nobody can tell whether it was done. */
export class UnsettledWrite extends RelayError {
  readonly kind: ObjectKind;
  readonly objectName: string;

  constructor({ kind, name, what }: Write<unknown>, why: string, cause: unknown) {
    super('WRITE_UNSETTLED', `Could not tell whether the host did ${what}: ${why}`, { cause });
    this.kind = kind;
    this.objectName = name;
  }
}

/** Pauses before looking again for a result whose answer was lost, in milliseconds. */
const lookPauses = [0, 500, 1500, 4000];

/** Pauses before a change that was certainly not done is sent again. */
const usualPauses = [1000, 3000];

/**
 * Carries a change to its end. A lost answer is settled by looking, and only what was certainly not done is sent again.
 * Throws `WRITE_REFUSED` when it was not done, `WRITE_UNSETTLED` when nobody can tell.
 */
export async function performWrite<T>(write: Write<T>, tools: RunTools): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    throwIfStopped(tools);
    tools.journal.note({ type: 'intent', kind: write.kind, name: write.name, what: write.what });
    const end = await sendOnce(write, attempt);
    if (end.end === 'done') return end.value;
    const { failure } = end;
    // After an earlier attempt even a refusal may mean that the object is there already.
    if (end.end === 'unknown' || attempt > 1) {
      const found = await settle(write, failure, tools, end.end === 'unknown' ? lookPauses : [0]);
      if (found !== undefined) return found;
    }
    const pause = (write.retryPauses ?? usualPauses)[attempt - 1];
    if (!failure.transient || pause === undefined) throw refusal(write, failure);
    const pauseMs = Math.min(failure.retryAfterMs ?? pause, 60_000);
    tools.emit({ type: 'retry', stage: write.stage, what: write.what, reason: failure.message, pauseMs });
    await tools.clock.sleep(pauseMs, tools.stop);
  }
}

async function sendOnce<T>(write: Write<T>, attempt: number): Promise<WriteEnd<T>> {
  try {
    return await write.send(attempt);
  } catch (failure) {
    // A read that comes before the change itself failed: nothing was sent.
    if (failure instanceof HostFailure) return { end: 'refused', failure };
    throw failure;
  }
}

/** Looks until the result shows. Nothing found means not done, unless the host may still be at work or cannot be asked. */
async function settle<T>(
  write: Write<T>,
  failure: HostFailure,
  tools: RunTools,
  pauses: readonly number[],
): Promise<T | undefined> {
  try {
    for (const pause of pauses) {
      // Not ended by a stop: what was sent must be settled all the same.
      if (pause > 0) await tools.clock.sleep(pause);
      const found = await write.look();
      if (found !== undefined) return found;
    }
  } catch (cause) {
    if (!(cause instanceof HostFailure)) throw cause;
    throw new UnsettledWrite(
      write,
      `${failure.message} The host could not be asked what became of it: ${cause.message}`,
      cause,
    );
  }
  if (failure.mayStillRun)
    throw new UnsettledWrite(write, `${failure.message} The host does not show the result yet.`, failure);
  return undefined;
}

function refusal(write: Write<unknown>, failure: HostFailure): RelayError {
  return new RelayError('WRITE_REFUSED', `Could not ${write.what}: ${failure.message}`, { cause: failure });
}
