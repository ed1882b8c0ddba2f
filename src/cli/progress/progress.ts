import type { PrintFlags } from '../../config/options/option-flags.ts';
import type { NamedEvent } from '../../core/run-event.ts';
import { isCi, print, styleFor, type Io } from '../io.ts';
import { printLine } from '../output/result.ts';

/** Shows events as they come. Purely a listener: a run is the same without it. */
export type Show = (event: NamedEvent) => Promise<void> | void;

/**
 * A live view on a terminal and plain lines elsewhere, on standard error; nothing when quiet. With `--output ndjson` the
 * events themselves go to standard output, a line each, whatever else is shown.
 */
export async function progressView(io: Io, flags: PrintFlags): Promise<Show> {
  const seen = flags.quiet === true ? undefined : await viewFor(io, flags);
  if (flags.output !== 'ndjson') return seen ?? (() => undefined);
  return async (event) => {
    const { type, ...rest } = event;
    printLine(io, type, rest);
    await seen?.(event);
  };
}

/** Only the view that is shown is loaded. */
async function viewFor(io: Io, flags: PrintFlags): Promise<Show> {
  const style = styleFor(io, 'stderr', flags.color);
  const { env, stderr } = io;
  // A terminal that says it has no columns breaks each line after one character.
  const fits = stderr.isTTY === true && stderr.columns !== 0 && env['TERM'] !== 'dumb';
  const live = fits && !isCi(io) && flags.verbose !== true;
  if (live) return (await import('./live-view.ts')).liveView(io, style);
  return (await import('./plain-view.ts')).plainView((line) => print(stderr, line), style, Date.now);
}
