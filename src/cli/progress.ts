import { Listr, ListrLogger, ProcessOutput } from 'listr2';
import type { RunEvent } from '../terms/run-event.ts';
import { print, styleFor, type Io } from './io.ts';

/** Shows events as they come. Purely a listener: a run is the same without it. */
export type Show = (event: RunEvent) => Promise<void> | void;

/** A live view on a terminal, plain lines elsewhere, nothing when quiet. */
export function progressView(io: Io, options: { quiet: boolean; colour: boolean; verbose: boolean }): Show {
  if (options.quiet) return () => undefined;
  const live = io.stderr.isTTY === true && io.env['TERM'] !== 'dumb' && io.env['CI'] === undefined && !options.verbose;
  return live ? liveView(io) : plainView(io, options.colour);
}

/** Pause between two lines about the progress of one stage, in milliseconds. */
const plainEveryMs = 2000;

function plainView(io: Io, colour: boolean): Show {
  const style = styleFor(io, 'stderr', colour);
  let shownAt = 0;
  return (event) => {
    const line = (text: string) => print(io.stderr, `${style.dim(new Date().toISOString().slice(11, 19))} ${text}`);
    if (event.type === 'stage-started') line(event.title);
    if (event.type === 'stage-finished')
      line(`${event.ok ? style.good('done') : style.bad('failed')} ${event.stage} (${event.ms} ms): ${event.summary}`);
    if (event.type === 'retry')
      line(`${style.unsure('retry')} ${event.what} in ${event.pauseMs / 1000} s: ${event.reason}`);
    if (event.type === 'warning') line(`${style.unsure('warning')} ${event.problem.code}: ${event.problem.message}`);
    if (event.type === 'notice') line(event.text);
    if (event.type === 'progress' && (Date.now() - shownAt >= plainEveryMs || event.done === event.total)) {
      shownAt = Date.now();
      line(progressText(event));
    }
  };
}

/** Each stage is a list of its own with one task that ends when the stage does, so that listr2 decides nothing. */
function liveView(io: Io): Show {
  let current: LiveTask | undefined;
  return async (event) => {
    if (event.type === 'stage-started') current = openTask(io, event.title);
    if (event.type === 'notice' && current === undefined) print(io.stderr, event.text);
    if (event.type === 'notice') current?.say(event.text);
    if (event.type === 'step') current?.say(event.text);
    if (event.type === 'retry')
      current?.say(`${event.what}: again in ${event.pauseMs / 1000} s, because ${event.reason}`);
    if (event.type === 'progress') current?.say(progressText(event));
    if (event.type === 'stage-finished') {
      await current?.finish(event.ok, event.summary);
      current = undefined;
    }
  };
}

interface LiveTask {
  say: (text: string) => void;
  /** Resolves when the last state is drawn. */
  finish: (ok: boolean, summary: string) => Promise<void>;
}

function openTask(io: Io, title: string): LiveTask {
  let end: (ending: { ok: boolean; summary: string }) => void = () => undefined;
  const ended = new Promise<{ ok: boolean; summary: string }>((resolve) => {
    end = resolve;
  });
  const stream = io.stderr as NodeJS.WriteStream;
  let show: { output: string } | undefined;
  const list = new Listr(
    [
      {
        title,
        task: async (_, task) => {
          show = task;
          const { ok, summary } = await ended;
          task.title = `${title}: ${summary}`;
          if (!ok) throw new Error(summary);
        },
      },
    ],
    {
      renderer: 'default',
      rendererOptions: {
        logger: new ListrLogger({ processOutput: new ProcessOutput(stream, stream) }),
        showErrorMessage: false,
        collapseErrors: false,
      },
      // relay handles signals, failures and undo itself; the view must not.
      exitOnError: false,
      registerSignalListeners: false,
    },
  );
  const drawn = list.run();
  return {
    say: (text) => {
      if (show !== undefined) show.output = text;
    },
    finish: async (ok, summary) => {
      end({ ok, summary });
      await drawn;
    },
  };
}

function progressText({ done, total, passed, warning, failed }: Extract<RunEvent, { type: 'progress' }>): string {
  return `${done} of ${total} tested: ${passed} passed, ${warning} with a warning, ${failed} failed`;
}
