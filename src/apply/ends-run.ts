import type { Code } from '../core/codes.ts';
import { RelayError } from '../core/relay-error.ts';

/** The journal cannot be kept, another run may be at work on the same provider, or somebody else on the same settings. */
const silencing: ReadonlySet<Code> = new Set(['JOURNAL_FAILED', 'LOCK_LOST', 'OTHER_WRITER']);

/** Whether nothing new may be sent to the host any more; without the lock not even what undoes, or takes back. */
export function forbidsSending(code: Code): boolean {
  return silencing.has(code);
}

/** Whether an error is about the run as a whole, and not about one object of it, so that others could go on. */
export function endsRun(error: unknown): boolean {
  return (
    !(error instanceof RelayError) ||
    error.code === 'INTERRUPTED' ||
    error.code === 'DEADLINE_PASSED' ||
    forbidsSending(error.code)
  );
}

/** Whether an error concerns one object, so that others may go on. */
export function isOfOne(error: unknown): error is RelayError {
  return !endsRun(error);
}
