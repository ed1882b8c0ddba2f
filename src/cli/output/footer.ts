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
  /** A command, or what to change in the one that was given. */
  next: string;
}

/** Says last what happened, what the host holds, and what to do next. */
export function printFooter(io: Io, { happened, holds, named = [], next }: LastWords): void {
  for (const line of [happened, ...(holds === undefined ? [] : [holds]), ...named, `Next: ${next}`])
    print(io.stderr, line);
}
