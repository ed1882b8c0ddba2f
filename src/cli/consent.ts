import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { throwIfStopped } from '../apply/run-tools.ts';
import type { ImportPlan } from '../plan/import-plan.ts';
import { RelayError } from '../terms/relay-error.ts';
import type { ImportJob } from '../flows/import-job.ts';
import { print, type Io } from './io.ts';

/** What needs a yes before it is done. Creating things does not. */
export function questionsOf(plan: ImportPlan, job: ImportJob, upstreamIsOurs: boolean): string[] {
  const questions: string[] = [];
  if (plan.removals.length > 0)
    questions.push(
      `${plan.removals.length} account${plan.removals.length === 1 ? '' : 's'} would be removed: ${plan.removals
        .slice(0, 5)
        .map((step) => step.name)
        .join(', ')}${plan.removals.length > 5 ? ', …' : ''}.`,
    );
  const sendsKeys = plan.accounts.some((step) => step.action === 'create');
  if (job.pack.origin === 'path' && sendsKeys && !upstreamIsOurs)
    questions.push(
      `The keys would be sent to ${job.provider.baseUrl}, named by a pack from outside relay (${job.pack.file}, ${job.pack.digest}).`,
    );
  return questions;
}

/** Rule of its own for what is likely a wrong key file: no answer on a terminal agrees to it. Throws `MASS_REMOVAL`. */
export function checkMassRemoval(plan: ImportPlan, isAllowed: boolean): void {
  if (!plan.massRemoval || isAllowed) return;
  const names = plan.removals.map((step) => step.name);
  throw new RelayError(
    'MASS_REMOVAL',
    `${names.length} account${names.length === 1 ? '' : 's'} would be removed, more than half of all: ${names.slice(0, 5).join(', ')}${names.length > 5 ? ', …' : ''}.`,
  );
}

/** Asks on a terminal; elsewhere only `--yes` agrees. Throws `CONSENT_NEEDED`, or the reason of `stop`. */
export async function askConsent(
  questions: readonly string[],
  io: Io,
  flags: { yes?: boolean; input: boolean },
  stop: AbortSignal = new AbortController().signal,
): Promise<void> {
  if (questions.length === 0 || flags.yes === true) return;
  const refused = (hint: string) =>
    new RelayError('CONSENT_NEEDED', questions[0] ?? '', { details: questions.slice(1), hint });
  if (!flags.input || io.stdin.isTTY !== true || io.stderr.isTTY !== true) throw refused('Add --yes to agree.');
  for (const question of questions) print(io.stderr, question);
  const answer = await answerTo('Go on? Only "yes" goes on: ', io, stop);
  // What follows begins on a line of its own.
  if (answer === undefined) print(io.stderr, '');
  throwIfStopped({ stop });
  if (answer?.trim().toLowerCase() !== 'yes') throw refused('Answer "yes", or add --yes, to agree.');
}

/** Nothing when there is no answer: Ctrl-C and the signal reject, Ctrl-D closes. */
async function answerTo(question: string, { stdin, stderr }: Io, signal: AbortSignal): Promise<string | undefined> {
  const prompt = createInterface({ input: stdin, output: stderr });
  try {
    const closed = once(prompt, 'close').then(() => undefined);
    const asked = prompt.question(question, { signal }).catch(() => undefined);
    return await Promise.race([asked, closed]);
  } finally {
    prompt.close();
  }
}
