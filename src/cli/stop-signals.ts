import { setMaxListeners } from 'node:events';
import { RelayError } from '../terms/relay-error.ts';
import { print, type Io } from './io.ts';

/** Stops a run in order on the first signal or at the deadline; leaves at once on the second signal. */
export function stopSignals(io: Io, deadlineMs: number | undefined): { stop: AbortSignal; release: () => void } {
  const controller = new AbortController();
  // Every request and every pause of a run listens to it.
  setMaxListeners(0, controller.signal);
  const onSignal = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) {
      print(
        io.stderr,
        'Stopped at once. The host may hold a part of this run; run the import again to see and finish it.',
      );
      // The operator asked twice: not even what is in flight is waited for.
      // oxlint-disable-next-line no-process-exit, unicorn/no-process-exit -- leaving at once is what was asked for
      process.exit(name === 'SIGTERM' ? 143 : 130);
    }
    print(io.stderr, `${name}: ending in order. Once more to leave at once.`);
    controller.abort(new RelayError('INTERRUPTED', `The run was stopped by ${name}.`));
  };
  const timer =
    deadlineMs === undefined
      ? undefined
      : setTimeout(
          () => controller.abort(new RelayError('DEADLINE_PASSED', `The run took longer than ${deadlineMs / 1000} s.`)),
          deadlineMs,
        );
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  const release = () => {
    clearTimeout(timer);
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  };
  return { stop: controller.signal, release };
}
