import { problem, RelayError, type Problem } from '../terms/relay-error.ts';
import type { AccountVerdict } from '../verify/probe-accounts.ts';

/** What ends a run before its time, and how much of it the policy may have undone. */
export class RunFailure extends Error {
  readonly problem: Problem;
  readonly undoes: 'everything' | 'accounts';

  constructor(found: Problem, undoes: 'everything' | 'accounts' = 'everything', cause?: unknown) {
    super(found.message, { cause });
    this.problem = found;
    this.undoes = undoes;
  }
}

/** Takes a coded error as the end of a run; anything else is a fault of relay and thrown on. */
export function asRunFailure(error: unknown): RunFailure {
  if (error instanceof RunFailure) return error;
  if (error instanceof RelayError) return new RunFailure(error.toProblem(), 'everything', error);
  throw error;
}

/** What to say of a failed account, or of several by the first of them. */
export function verdictProblem(verdict: AccountVerdict, failed: number, all: number): Problem {
  const many = failed > 1 ? `${failed} of ${all} accounts failed, the first is ` : '';
  return problem(
    verdict.code ?? 'TEST_FAILED',
    `${many}${verdict.account.name}: ${verdict.probe?.message ?? 'no message'}`,
  );
}
