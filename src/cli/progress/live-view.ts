import { DefaultRenderer, Listr, ListrLogger, ProcessOutput } from 'listr2';
import type { NamedEvent } from '../../core/run-event.ts';
import type { Style } from '../../core/style.ts';
import { fold } from '../../report/text/fold.ts';
import { columnsOf } from '../columns.ts';
import { print, type Io } from '../io.ts';
import { liveLines, noRetries, type Waiting } from './live-lines.ts';
import type { Show } from './progress.ts';
import { isOfUnit, namedInText } from './unit-events.ts';
import { noteUnit } from './units-at-work.ts';

/** How often what changes by itself, such as the time that is left, is drawn, in milliseconds. */
const tickMs = 200;

/**
 * A calm view for a terminal: a line for each stage, and below the one at work how far it is, and what is waited for. Each
 * stage is a list of its own with one task that ends when the stage does, so that listr2 decides nothing.
 */
export function liveView(io: Io, style: Style): Show {
  let current: LiveTask | undefined;
  const tell = (notice: string) => print(io.stderr, fold(notice, columnsOf(io, 'stderr'), 0));
  const finish = async (ok: boolean, summary: string) => {
    // What was said beside a stage stays below it.
    for (const notice of (await current?.finish(ok, summary)) ?? []) tell(notice);
    current = undefined;
  };
  return async (given) => {
    const event = isOfUnit(given) ? (namedInText(given) ?? given) : given;
    if (isOfUnit(event)) {
      current?.take(event);
      return;
    }
    if (event.type === 'stage-started') {
      await finish(true, '');
      current = openTask(io, event.title, style);
    } else if (event.type === 'stage-finished') await finish(event.ok, event.summary);
    else if (event.type === 'notice' && current === undefined) tell(event.text);
    else current?.take(event);
  };
}

interface LiveTask {
  take: (event: NamedEvent) => void;
  /** Resolves when the last state is drawn, to the notices that went with it. */
  finish: (ok: boolean, summary: string) => Promise<readonly string[]>;
}

function openTask(io: Io, title: string, style: Style): LiveTask {
  let end: (ending: { ok: boolean; summary: string }) => void = () => undefined;
  const ended = new Promise<{ ok: boolean; summary: string }>((resolve) => {
    end = resolve;
  });
  const stream = io.stderr as NodeJS.WriteStream;
  const waiting: Waiting = noRetries();
  let show: { output: string } | undefined;
  const draw = () => {
    // listr2 measures standard output, which may be another terminal or none.
    const columns = Math.min(io.stderr.columns ?? 80, io.stdout.columns ?? 80);
    if (show !== undefined) show.output = liveLines(waiting, Date.now(), columns, style).join('\n');
  };
  const ticking = setInterval(draw, tickMs);
  ticking.unref();
  const list = new Listr(
    [
      {
        title,
        task: async (_, task) => {
          show = task;
          const { ok, summary } = await ended;
          task.title = summary === '' ? title : `${title}: ${summary}`;
          if (!ok) throw new Error(summary);
        },
      },
    ],
    {
      renderer: EvenPiped,
      rendererOptions: {
        logger: new ListrLogger({ processOutput: new SeenOutput(stream, stream) }),
        showErrorMessage: false,
        collapseErrors: false,
        formatOutput: 'wrap',
      },
      // relay handles signals, failures and undo itself; the view must not.
      exitOnError: false,
      registerSignalListeners: false,
    },
  );
  const drawn = list.run();
  return {
    take: (event) => {
      if (isOfUnit(event)) {
        noteUnit(event, waiting);
        draw();
        return;
      }
      if (event.type === 'progress') {
        if (waiting.progress === undefined) waiting.since = Date.now();
        waiting.progress = event;
      }
      if (event.type === 'notice') {
        waiting.notices.push(event.text);
        draw();
      }
      if (event.type === 'step') waiting.said = event.text;
      if (event.type === 'warning') waiting.said = `${event.problem.code}: ${event.problem.message}`;
      if (event.type === 'retry')
        waiting.retries.set(event.what, { until: Date.now() + event.pauseMs, reason: event.reason });
    },
    finish: async (ok, summary) => {
      clearInterval(ticking);
      end({ ok, summary });
      await drawn;
      return waiting.notices;
    },
  };
}

/** Left alone, listr2 gives up the view where standard output is no terminal, and writes its lines there, into the result. */
class EvenPiped extends DefaultRenderer {
  static override nonTTY = true;
}

/**
 * The terminal as listr2 takes it for itself, but for the cursor, which stays seen: hidden, it would be so for good after
 * an end that nobody can catch, such as `kill -9`.
 */
class SeenOutput extends ProcessOutput {
  override hijack(): void {
    for (const stream of Object.values(this.stream)) stream.hijack();
    this.active = true;
  }
}
