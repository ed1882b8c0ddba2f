import { print, type Io } from '../io.ts';

/** What the host holds after a command that only looked, or was refused. */
export const nothingWritten = 'Nothing was written to the host.';

/** The end of standard error wherever a command ends with another code than 0. */
export interface LastWords {
  happened: string;
  /** Nothing where no host is in play. */
  holds?: string | undefined;
  /** Objects that are named, each with its command. */
  named?: readonly string[];
  /** What to do before the next command, where that is not all. */
  todo?: string | undefined;
  /** A command that can be run as it stands. */
  next: string;
}

/** Says last what happened, what the host holds, and what to do next. */
export function printFooter(io: Io, { happened, holds, named = [], todo, next }: LastWords): void {
  const before = todo === undefined ? [] : [`To do: ${todo}`];
  for (const line of [happened, ...(holds === undefined ? [] : [holds]), ...named, ...before, `Next: ${next}`])
    print(io.stderr, line);
}
