import { asksForCorrection, type Code } from '../../core/codes.ts';
import type { Redactor } from '../../core/secrets/redactor.ts';
import { asRelayError } from '../../core/relay-error.ts';
import type { ErrorOutput } from '../../report/outputs/about-schemas.ts';
import { print, styleFor, type Io } from '../io.ts';
import { nothingWritten } from './footer.ts';
import { printResult } from './result.ts';

/**
 * Tells a person, or a program, why nothing was done, what the host holds and what to do next, and returns the exit code.
 * `again` is the command that was given, `onHost` whether it works on a host. An error without a code is a fault of relay; its stack is shown with
 * `--verbose`, redacted, since its text may come from anywhere.
 */
export function showError(
  error: unknown,
  io: Io,
  options: { redactor: Redactor; again: string; output: string; verbose: boolean; colour: boolean; onHost: boolean },
): number {
  const { redactor } = options;
  const known = asRelayError(error);
  const { code, hint, exitCode } = known;
  const message = redactor.redact(known.message);
  const details = known.details.map((line) => redactor.redact(line));
  const style = styleFor(io, 'stderr', options.colour);
  print(io.stderr, `${style.bad('error')} ${code}: ${message}`);
  for (const line of details) print(io.stderr, `  ${line}`);
  if (options.verbose && code === 'INTERNAL' && error instanceof Error)
    print(io.stderr, redactor.redact(error.stack ?? ''));
  if (options.onHost) print(io.stderr, known.holds ?? heldAfter(exitCode));
  if (code !== 'INTERRUPTED') print(io.stderr, `To do: ${redactor.redact(hint)}`);
  print(io.stderr, `Next: ${redactor.redact(known.next ?? commandAfter(code, options.again))}`);
  if (options.output === 'json' || options.output === 'ndjson') {
    const errors = [{ code, message: [message, ...details].join('\n'), hint }];
    const told: ErrorOutput = { schema: 'relay.error/1', exitCode, errors };
    printResult(io, options, 'error', told);
  }
  return exitCode;
}

/** What the host holds after an error that ended a command before its first write, or that nobody expected. */
function heldAfter(exitCode: number): string {
  if (exitCode === 1) return 'It is not known what the host holds.';
  return exitCode === 6 ? 'The host may hold a part of the run.' : nothingWritten;
}

/** A wrong command is corrected, not given again. */
export function commandAfter(code: Code, again: string): string {
  return asksForCorrection(code) ? `relay explain ${code}` : again;
}
