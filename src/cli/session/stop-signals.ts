import { setMaxListeners } from 'node:events';
import { writeSync } from 'node:fs';
import { systemClock } from '../../core/clock.ts';
import { Interruption, RelayError } from '../../core/relay-error.ts';

/**
 * Stops a run in order on the first signal, at the deadline, or by `endEarly`; leaves at once on a signal after that.
 * `notice` is told about the first signal; `lastWords` are said by whoever leaves at once.
 */
export function stopSignals(
  notice: (text: string) => void,
  deadlineMs: number | undefined,
  lastWords: () => string,
): { stop: AbortSignal; endEarly: (reason: RelayError) => void; release: () => void } {
  const controller = new AbortController();
  // Every request and every pause of a run listens to it.
  setMaxListeners(0, controller.signal);
  const onSignal = (name: 'SIGINT' | 'SIGTERM') => {
    if (controller.signal.aborted) {
      // Past the view, which keeps back what is written beside it and would lose it here.
      writeSync(2, `\n${lastWords()}\n`);
      // The operator asked twice: not even what is in flight is waited for.
      // oxlint-disable-next-line no-process-exit, unicorn/no-process-exit -- leaving at once is what was asked for
      process.exit(name === 'SIGTERM' ? 143 : 130);
    }
    notice(
      `${name}: stopping. Nothing new is begun; what was sent is seen to its end, and undone where the mode says so. ${name === 'SIGINT' ? 'Ctrl-C' : 'The signal'} again leaves at once.`,
    );
    controller.abort(new Interruption(name));
  };
  const endEarly = (reason: RelayError) => controller.abort(reason);
  if (deadlineMs !== undefined)
    systemClock
      .timeout(deadlineMs)
      .addEventListener('abort', () =>
        endEarly(new RelayError('DEADLINE_PASSED', `The run took longer than ${deadlineMs / 1000} s.`)),
      );
  const onInterrupt = () => onSignal('SIGINT');
  const onTerminate = () => onSignal('SIGTERM');
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onTerminate);
  const release = () => {
    process.off('SIGINT', onInterrupt);
    process.off('SIGTERM', onTerminate);
  };
  return { stop: controller.signal, endEarly, release };
}
