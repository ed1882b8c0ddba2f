import { formatCount } from '../../../core/counted.ts';
import { problem, RelayError, type Problem } from '../../../core/relay-error.ts';
import type { Stage } from '../../../core/run-event.ts';
import type { AccountVerdict } from '../../../verify/probe-accounts.ts';

/** What ends a run before its time. */
export class RunFailure extends Error {
  readonly problem: Problem;
  /** In which it was met, once that is told. */
  stage: Stage | null = null;

  constructor(found: Problem, cause?: unknown) {
    super(found.message, { cause });
    this.problem = found;
  }
}

export type StagedFailure = RunFailure & { stage: Stage };

/** Takes any error as the end of a run, since what was made must be undone also when relay itself is at fault. */
export function asRunFailure(error: unknown, stage: Stage): StagedFailure {
  const failure = failureOf(error);
  return Object.assign(failure, { stage: failure.stage ?? stage });
}

function failureOf(error: unknown): RunFailure {
  if (error instanceof RunFailure) return error;
  if (error instanceof RelayError) return new RunFailure(error.toProblem(), error);
  const message = error instanceof Error ? `${error.name}: ${error.message}` : 'something that is no error was thrown';
  return new RunFailure(problem('INTERNAL', `relay met an error it did not expect (${message}).`), error);
}

/** What to say of a failed account, or of several by the first of them. */
export function verdictProblem(verdict: AccountVerdict, failed: number, all: number): Problem {
  const many = failed > 1 ? ` (the first of ${formatCount(failed)} accounts that failed, of ${formatCount(all)})` : '';
  return problem(
    verdict.code ?? 'TEST_FAILED',
    `${verdict.account.name}: ${verdict.probe?.message ?? 'no message'}${many}`,
  );
}
