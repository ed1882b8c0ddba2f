import { codes, exitCodeOf, type Code } from './codes.ts';

/** What a person can be told about a failure. The default hint and the exit code stand in the table of codes. */
export interface Problem {
  code: Code;
  message: string;
  hint: string;
}

/**
 * A failure that can reach a person. `message` says what happened, with its context; the code is stable and tells
 * programs the same; the hint says what to do.
 */
export class RelayError extends Error {
  override readonly name: string = 'RelayError';
  readonly code: Code;
  readonly hint: string;
  /** What the host holds, where the exit code alone does not tell. */
  readonly holds: string | null;
  /** More lines of the same kind, where a check found several faults at once. */
  readonly details: readonly string[];
  /** The command to run next, where it is known and is not the one that was given. */
  readonly next: string | null;
  readonly #exitCode: number;

  constructor(
    code: Code,
    message: string,
    more: {
      hint?: string;
      details?: readonly string[];
      cause?: unknown;
      holds?: string;
      next?: string;
      /** Where the host holds something other than the code tells. */
      exitCode?: number;
    } = {},
  ) {
    super(message, more.cause === undefined ? {} : { cause: more.cause });
    this.code = code;
    this.hint = more.hint ?? codes[code].hint;
    this.details = more.details ?? [];
    this.holds = more.holds ?? null;
    this.next = more.next ?? null;
    this.#exitCode = more.exitCode ?? exitCodeOf(code);
  }

  /** How a command ends that this error ended, before its first write unless it says otherwise. */
  get exitCode(): number {
    return this.#exitCode;
  }

  /** The same error, met when the host holds this. */
  holding(holds: string): RelayError {
    const { code, message, hint, details, cause, exitCode } = this;
    return new RelayError(code, message, { hint, details, cause, holds, exitCode });
  }

  toProblem(): Problem {
    return { code: this.code, message: [this.message, ...this.details].join('\n'), hint: this.hint };
  }
}

/** The run was told to stop by a signal. */
export class Interruption extends RelayError {
  readonly signal: 'SIGINT' | 'SIGTERM';

  constructor(signal: 'SIGINT' | 'SIGTERM', holds?: string) {
    super('INTERRUPTED', `The run was stopped by ${signal}.`, holds === undefined ? {} : { holds });
    this.signal = signal;
  }

  override get exitCode(): number {
    return this.signal === 'SIGTERM' ? 143 : 130;
  }

  override holding(holds: string): Interruption {
    return new Interruption(this.signal, holds);
  }
}

/** An error as a person can be told of it: one that nobody expected is a fault of relay. Its text may come from anywhere. */
export function asRelayError(error: unknown): RelayError {
  if (error instanceof RelayError) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new RelayError('INTERNAL', `relay met an error it did not expect: ${why}`, { cause: error });
}

/** Of a command that needs what the host does not hold. */
export function notThere(): RelayError {
  return new RelayError('NOT_THERE', codes.NOT_THERE.summary);
}

/** A problem with the hint of its code. */
export function problem(code: Code, message: string, hint: string = codes[code].hint): Problem {
  return { code, message, hint };
}
