import { setMaxListeners } from 'node:events';
import type { PrintFlags } from '../../config/options/option-flags.ts';
import { systemClock } from '../../core/clock.ts';
import { lengthInWords } from '../../core/secrets/length-in-words.ts';
import type { Redactor } from '../../core/secrets/redactor.ts';
import type { RelayError } from '../../core/relay-error.ts';
import type { EventUnit } from '../../core/run-event.ts';
import { EventQueue, eventsOf, type Events } from '../progress/event-queue.ts';
import type { SessionOptions } from './open-host.ts';
import { print, type Io } from '../io.ts';
import { progressView } from '../progress/progress.ts';
import { repeatCommand } from '../options/repeat-command.ts';
import { runCommand } from '../options/run-command.ts';
import type { StateFlags } from './open-state.ts';
import { stopSignals } from './stop-signals.ts';

/** What work that is shown, and may be stopped, has at hand. */
export interface Watched {
  events: Events;
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

/** What is watched, with parts that are watched for themselves. */
export interface WatchedWhole extends Watched {
  events: EventQueue;
  /** Does a part of the work: its events name it, what ends it early ends nothing else, and what it took is given back after it. */
  within: <Result>(unit: EventUnit, work: (at: Watched) => Promise<Result>) => Promise<Result>;
}

/** Shows what happens, and listens to signals and the deadline, for as long as the work takes. Throws what it throws. */
export async function watch<Result>(
  limits: { timeoutMs: number; deadlineMs: number | undefined },
  flags: PrintFlags & StateFlags,
  io: Io,
  redactor: Redactor,
  work: (at: WatchedWhole) => Promise<Result>,
): Promise<Result> {
  const events = new EventQueue(await progressView(io, flags));
  const runs = new Set<string>();
  const notice = (text: string) => events.emit({ type: 'notice', text });
  const { stop, endEarly, release } = stopSignals(notice, limits.deadlineMs, () => leavingText([...runs], flags));
  const atWork = (run: string) => void runs.add(run);
  const trace = flags.verbose === true ? { trace: (line: string) => print(io.stderr, redactor.redact(line)) } : {};
  const { timeoutMs } = limits;
  const { version, env, hostKinds } = io;
  const sessionOf = ({ emit }: Events): SessionOptions => ({
    version,
    timeoutMs,
    clock: systemClock,
    redactor,
    env,
    hostKinds,
    waits: (ms) =>
      emit({
        type: 'notice',
        text: `The host takes no more requests for now: waiting ${lengthInWords(ms)} for its limit.`,
      }),
    ...trace,
  });
  const within: WatchedWhole['within'] = (unit, part) => {
    const own = new AbortController();
    const either = AbortSignal.any([stop, own.signal]);
    setMaxListeners(0, either);
    const ownEvents = eventsOf(unit, events);
    const ownRuns: string[] = [];
    return givingBack(ownEvents, async (atEnd) => {
      atEnd(() => ownRuns.forEach((run) => runs.delete(run)));
      return part({
        events: ownEvents,
        stop: either,
        endEarly: (reason) => own.abort(reason),
        session: sessionOf(ownEvents),
        atWork: (run) => {
          ownRuns.push(run);
          atWork(run);
        },
        atEnd,
      });
    });
  };
  return givingBack(events, (atEnd) => {
    atEnd(release);
    return work({ events, stop, endEarly, session: sessionOf(events), atWork, atEnd, within });
  });
}

/** Does the work, waits until all of it is shown, and gives back what it took; what was taken last goes first. */
async function givingBack<Result>(events: Events, work: (atEnd: Watched['atEnd']) => Promise<Result>): Promise<Result> {
  const taken: (() => void | Promise<void>)[] = [];
  try {
    return await work((giveBack) => void taken.push(giveBack));
  } finally {
    await events.idle();
    for (const giveBack of taken.toReversed()) await giveBack();
  }
}

/** The most runs that whoever leaves at once is told of. */
const maxRuns = 5;

/** What whoever leaves at once says of the runs that were at work: they can be gone on with. */
function leavingText(runs: readonly string[], flags: PrintFlags & StateFlags): string {
  if (runs.length === 0) return 'Stopped at once.';
  const more = runs.length - maxRuns;
  return [
    ...runs
      .slice(0, maxRuns)
      .flatMap((run) => [
        `Stopped at once. The host may hold a part of the run ${run}.`,
        `Next: ${runCommand('resume', run, flags, { keys: 'FILE' })}`,
        `Or undo it: ${runCommand('rollback', run, flags)}`,
      ]),
    ...(more > 0 ? [`${more} more runs were at work: ${repeatCommand('relay runs list', flags)}`] : []),
  ].join('\n');
}
