import type { PrintFlags } from '../../config/options/option-flags.ts';
import { systemClock } from '../../core/clock.ts';
import { lengthInWords } from '../../core/secrets/length-in-words.ts';
import type { Redactor } from '../../core/secrets/redactor.ts';
import type { RelayError } from '../../core/relay-error.ts';
import { EventQueue } from '../progress/event-queue.ts';
import type { SessionOptions } from './host-session.ts';
import { print, type Io } from '../io.ts';
import { progressView } from '../progress/progress.ts';
import { runCommand } from '../options/run-command.ts';
import type { StateFlags } from './open-state.ts';
import { stopSignals } from './stop-signals.ts';

/** What work that is shown, and may be stopped, has at hand. */
export interface Watched {
  events: EventQueue;
  /** Aborted by a signal, when the deadline has passed, or by `endEarly`. */
  stop: AbortSignal;
  /** Stops the work in order, for this reason. */
  endEarly: (reason: RelayError) => void;
  /** Names the run that is at work, from which whoever leaves at once can go on. */
  atWork: (run: string) => void;
  /** How hosts are opened meanwhile. */
  session: SessionOptions;
  /** Has something given back when all is shown; what was taken last goes first. */
  atEnd: (giveBack: () => void | Promise<void>) => void;
}

/** Shows what happens, and listens to signals and the deadline, for as long as the work takes. Throws what it throws. */
export async function watch<Result>(
  limits: { timeoutMs: number; deadlineMs: number | undefined },
  flags: PrintFlags & StateFlags,
  io: Io,
  redactor: Redactor,
  work: (at: Watched) => Promise<Result>,
): Promise<Result> {
  const events = new EventQueue(await progressView(io, flags));
  let run: string | null = null;
  const notice = (text: string) => events.emit({ type: 'notice', text });
  const { stop, endEarly, release } = stopSignals(notice, limits.deadlineMs, () => leavingText(run, flags));
  const atWork = (id: string) => {
    run = id;
  };
  const trace = flags.verbose === true ? { trace: (line: string) => print(io.stderr, redactor.redact(line)) } : {};
  const { timeoutMs } = limits;
  const { version, env, hostKinds } = io;
  const waits = (ms: number) =>
    notice(`The host takes no more requests for now: waiting ${lengthInWords(ms)} for its limit.`);
  const session = { version, timeoutMs, clock: systemClock, redactor, env, hostKinds, waits, ...trace };
  const taken: (() => void | Promise<void>)[] = [];
  try {
    return await work({ events, stop, endEarly, session, atWork, atEnd: (giveBack) => void taken.push(giveBack) });
  } finally {
    await events.idle();
    release();
    for (const giveBack of taken.toReversed()) await giveBack();
  }
}

/** What whoever leaves at once says of the run that was at work: it can be gone on with. */
function leavingText(run: string | null, flags: PrintFlags & StateFlags): string {
  if (run === null) return 'Stopped at once.';
  return [
    `Stopped at once. The host may hold a part of the run ${run}.`,
    `Next: ${runCommand('resume', run, flags, { keys: 'FILE' })}`,
    `Or undo it: ${runCommand('rollback', run, flags)}`,
  ].join('\n');
}
