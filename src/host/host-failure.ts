import type { Code } from '../core/codes.ts';
import { RelayError } from '../core/relay-error.ts';

interface FailureFacts {
  /** HTTP status, when there was an answer. */
  status?: number | undefined;
  /** The machine code of the host, when it gave one. */
  reason?: string | undefined;
  /** Whether the host may have done what was asked. */
  delivery: 'not_applied' | 'unknown';
  /** Whether the same request may succeed later. */
  transient: boolean;
  /** Whether the host may still be at work on it, so that not finding the result yet proves nothing. */
  maybeInFlight?: boolean;
  /** How long the host asked to wait. */
  retryAfterMs?: number | undefined;
  /** The host's own words, cleaned, without what relay says around them. */
  said?: string | undefined;
  hint?: string | undefined;
  cause?: unknown;
}

/** A request that did not end as it should. Born in the adapter, which alone knows what the answer means. */
export class HostFailure extends RelayError {
  override readonly name = 'HostFailure';
  readonly status: number | undefined;
  readonly reason: string | undefined;
  readonly delivery: 'not_applied' | 'unknown';
  readonly transient: boolean;
  readonly maybeInFlight: boolean;
  readonly retryAfterMs: number | undefined;
  readonly said: string | undefined;

  constructor(code: Code, message: string, facts: FailureFacts) {
    super(code, message, {
      ...(facts.hint === undefined ? {} : { hint: facts.hint }),
      ...(facts.cause === undefined ? {} : { cause: facts.cause }),
    });
    this.status = facts.status;
    this.reason = facts.reason;
    this.delivery = facts.delivery;
    this.transient = facts.transient;
    this.maybeInFlight = facts.maybeInFlight ?? false;
    this.retryAfterMs = facts.retryAfterMs;
    this.said = facts.said;
  }
}

/** The three ends of a write: done, refused (certainly not done), or unknown, to be settled by looking. */
export type WriteResult<T> =
  | { status: 'applied'; value: T }
  | { status: 'rejected'; failure: HostFailure }
  | { status: 'unknown'; failure: HostFailure };

/** Runs a request that changes something and says how it ended. Throws only what is no failure of the host. */
export async function writeResult<T>(request: () => Promise<T>): Promise<WriteResult<T>> {
  try {
    return { status: 'applied', value: await request() };
  } catch (failure) {
    if (!(failure instanceof HostFailure)) throw failure;
    return { status: failure.delivery === 'not_applied' ? 'rejected' : 'unknown', failure };
  }
}

/** Does what follows a change that was sent: whatever fails there, nobody can say any more that nothing was done. */
export async function onceSent<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (failure) {
    if (!(failure instanceof HostFailure) || failure.delivery === 'unknown') throw failure;
    const { code, message, status, reason, transient, maybeInFlight, retryAfterMs, said, hint } = failure;
    const facts = { status, reason, transient, maybeInFlight, retryAfterMs, said, cause: failure };
    throw new HostFailure(code, message, { ...facts, delivery: 'unknown', ...(hint === undefined ? {} : { hint }) });
  }
}

/** The end of a write that an adapter does not send. `why`: in words that follow a colon. */
export function notSent(why: string): WriteResult<never> {
  const failure = new HostFailure('HOST_FAILED', `It was not sent: ${why}.`, {
    delivery: 'not_applied',
    transient: false,
    said: why,
  });
  return { status: 'rejected', failure };
}

/** The same end, with another value where it is done. */
export function mapResult<T, U>(end: WriteResult<T>, map: (value: T) => U): WriteResult<U> {
  return end.status === 'applied' ? { status: 'applied', value: map(end.value) } : end;
}

/** What a read tells; nothing where the host fails to answer it. */
export async function orNothing<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (failure) {
    if (failure instanceof HostFailure) return undefined;
    throw failure;
  }
}
