import { HostFailure, type WriteResult } from '../host/host-failure.ts';
import { codes } from '../core/codes.ts';
import { RelayError } from '../core/relay-error.ts';
import type { Stage } from '../core/run-event.ts';
import { throwIfStopped, type RunTools } from './run-tools.ts';

/** What the host shows of a change: the object that it concerns, and in what that differs from what was sent. */
export interface Look<T> {
  value: T;
  differences: readonly string[];
}

export interface Write<T, Answer = unknown> {
  kind: string;
  name: string;
  /** For people: `remove the account "x"`. */
  what: string;
  stage: Stage;
  /** Sends the change once. `attempt` counts from 1. */
  send: (attempt: number) => Promise<WriteResult<Answer>>;
  /** Looks for the object; nothing where the host shows none. `lost`: the answer that did not come, if that is why. */
  look: (lost: HostFailure | null) => Promise<Look<T> | undefined>;
  /** Whether it makes something: then what is found was made, also when it differs from what was sent. */
  makes: boolean;
  /** Takes the host's word for it: for what is proven later, together with others. */
  trust?: (answer: Answer) => T;
  /** Pauses before it is sent again, in milliseconds, where the usual ones are too short. */
  retryPauses?: readonly number[];
}

/** A change of which nobody can tell whether it was carried out. */
export class UnresolvedWrite extends RelayError {
  readonly kind: string;
  readonly objectName: string;

  constructor({ kind, name, what }: { kind: string; name: string; what: string }, why: string, cause: unknown) {
    super('WRITE_UNSETTLED', `Could not tell whether the host did ${what}: ${why}`, { cause });
    this.kind = kind;
    this.objectName = name;
  }
}

/** Pauses before looking again for a result whose answer was lost, in milliseconds. */
const lookPauses = [0, 500, 1500, 4000];

/** The same where the host says that the change is done: one that is slow to show it needs a moment. */
const shownPauses = [0, 500, 1500];

/** Pauses before a change that was certainly not carried out is sent again. */
const usualPauses = [1000, 3000];

/**
 * Carries a change to its end, and returns it as the host shows it: an answer alone is never proof. A lost answer is
 * resolved by looking, and only what was certainly not carried out is sent again. Throws `WRITE_REFUSED` when it was not,
 * `SETTINGS_DROPPED` when the host says so and shows something else, `WRITE_UNSETTLED` when nobody can tell.
 */
export async function performWrite<T, Answer>(write: Write<T, Answer>, tools: RunTools): Promise<Look<T>> {
  for (let attempt = 1; ; attempt += 1) {
    throwIfStopped(tools);
    const end = await sendOnce(write, attempt);
    if (end.status === 'applied')
      return write.trust === undefined ? confirm(write, tools) : { value: write.trust(end.value), differences: [] };
    const { failure } = end;
    // After an earlier attempt even a refusal may mean that the object is there already.
    if (end.status === 'unknown' || attempt > 1) {
      const found = await resolve(write, failure, tools, end.status === 'unknown' ? lookPauses : [0]);
      if (found !== undefined) return found;
    }
    const pause = (write.retryPauses ?? usualPauses)[attempt - 1];
    if (!failure.transient || pause === undefined)
      throw new RelayError('WRITE_REFUSED', `Could not ${write.what}: ${failure.message}`, {
        cause: failure,
        hint: adviceOn(failure),
      });
    const pauseMs = Math.min(failure.retryAfterMs ?? pause, 60_000);
    tools.emit({ type: 'retry', stage: write.stage, what: write.what, reason: failure.message, pauseMs });
    await tools.clock.sleep(pauseMs, tools.stop);
  }
}

/** What to do about a refusal: what is known of it, else by whether the host gives a reason or has failed itself. */
function adviceOn({ code, hint, status }: HostFailure): string {
  if (hint !== codes[code].hint) return hint;
  return status !== undefined && status < 500
    ? codes.WRITE_REFUSED.hint
    : 'The host failed, which may pass: try again later. Its log tells more.';
}

async function sendOnce<T, Answer>(write: Write<T, Answer>, attempt: number): Promise<WriteResult<Answer>> {
  try {
    return await write.send(attempt);
  } catch (failure) {
    // A read that comes before the change itself failed: nothing was sent.
    if (failure instanceof HostFailure) return { status: 'rejected', failure };
    throw failure;
  }
}

/** What the host shows of a change that it says it has carried out. */
async function confirm<T, Answer>(write: Write<T, Answer>, tools: RunTools): Promise<Look<T>> {
  let found: Look<T> | undefined;
  try {
    for (const pause of shownPauses) {
      // Not ended by a stop: what was sent must be resolved all the same.
      if (pause > 0) await tools.clock.sleep(pause);
      found = await write.look(null);
      if (found !== undefined && (write.makes || found.differences.length === 0)) return found;
    }
  } catch (cause) {
    if (!(cause instanceof HostFailure)) throw cause;
    throw new UnresolvedWrite(write, `it says so, and could not be asked for what it holds: ${cause.message}`, cause);
  }
  if (found === undefined) throw new UnresolvedWrite(write, 'it says so, and does not show it.', null);
  throw new RelayError(
    'SETTINGS_DROPPED',
    `The host says that it did ${write.what}, and shows another ${found.differences.join(', ')}.`,
  );
}

/** Looks until the result shows. Nothing found means not carried out, unless the host may be at work or cannot be asked. */
async function resolve<T, Answer>(
  write: Write<T, Answer>,
  failure: HostFailure,
  tools: RunTools,
  pauses: readonly number[],
): Promise<Look<T> | undefined> {
  try {
    for (const pause of pauses) {
      if (pause > 0) await tools.clock.sleep(pause);
      const found = await write.look(failure);
      if (found !== undefined && (write.makes || found.differences.length === 0)) return found;
    }
  } catch (cause) {
    if (!(cause instanceof HostFailure)) throw cause;
    throw new UnresolvedWrite(
      write,
      `${failure.message} The host could not be asked what became of it: ${cause.message}`,
      cause,
    );
  }
  if (failure.maybeInFlight)
    throw new UnresolvedWrite(write, `${failure.message} The host does not show the result yet.`, failure);
  return undefined;
}
