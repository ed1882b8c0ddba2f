import type { Code } from '../terms/codes.ts';
import { RelayError } from '../terms/relay-error.ts';

interface FailureFacts {
  /** HTTP status, when there was an answer. */
  status?: number | undefined;
  /** The machine code of the host, when it gave one. */
  reason?: string | undefined;
  /** Whether the host may have done what was asked. */
  fate: 'not_done' | 'unknown';
  /** Whether the same request may succeed later. */
  transient: boolean;
  /** Whether the host may still be at work on it, so that not finding the result yet proves nothing. */
  mayStillRun?: boolean;
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
  readonly fate: 'not_done' | 'unknown';
  readonly transient: boolean;
  readonly mayStillRun: boolean;
  readonly retryAfterMs: number | undefined;
  readonly said: string | undefined;

  constructor(code: Code, message: string, facts: FailureFacts) {
    super(code, message, {
      ...(facts.hint === undefined ? {} : { hint: facts.hint }),
      ...(facts.cause === undefined ? {} : { cause: facts.cause }),
    });
    this.status = facts.status;
    this.reason = facts.reason;
    this.fate = facts.fate;
    this.transient = facts.transient;
    this.mayStillRun = facts.mayStillRun ?? false;
    this.retryAfterMs = facts.retryAfterMs;
    this.said = facts.said;
  }
}

/** The three ends of a write: done, refused (certainly not done), or unknown, to be settled by looking. */
export type WriteEnd<T> =
  | { end: 'done'; value: T }
  | { end: 'refused'; failure: HostFailure }
  | { end: 'unknown'; failure: HostFailure };

/** Runs a request that changes something and says how it ended. Throws only what is no failure of the host. */
export async function writeEnd<T>(request: () => Promise<T>): Promise<WriteEnd<T>> {
  try {
    return { end: 'done', value: await request() };
  } catch (failure) {
    if (!(failure instanceof HostFailure)) throw failure;
    return { end: failure.fate === 'not_done' ? 'refused' : 'unknown', failure };
  }
}
