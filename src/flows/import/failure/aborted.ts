import { HostFailure } from '../../../host/host-failure.ts';
import { exitCodeOf } from '../../../core/codes.ts';
import { Interruption, RelayError } from '../../../core/relay-error.ts';

/** What ended work before its time, where a part of it is to be told all the same. Throws on what is a fault of relay. */
export function asAborted(error: unknown, stop: AbortSignal): RelayError {
  // A request that a stop has ended is no failure of the host.
  if (stop.aborted && stop.reason instanceof RelayError && error instanceof HostFailure) return stop.reason;
  if (error instanceof RelayError) return error;
  throw error;
}

/** The exit code of work that was cut short (rule N11): a signal's own; where the host was changed before, "partly done". */
export function abortedExitCode(cause: RelayError, changed: boolean): number {
  if (cause instanceof Interruption) return cause.exitCode;
  return changed ? 5 : exitCodeOf(cause.code);
}
