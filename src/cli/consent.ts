import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
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

/** Asks on a terminal; elsewhere only `--yes` agrees. Throws `CONSENT_NEEDED`. */
export async function askConsent(
  questions: readonly string[],
  io: Io,
  options: { yes: boolean; input: boolean },
): Promise<void> {
  if (questions.length === 0 || options.yes) return;
  const refused = (hint: string) =>
    new RelayError('CONSENT_NEEDED', questions[0] ?? '', { details: questions.slice(1), hint });
  if (!options.input || io.stdin.isTTY !== true || io.stderr.isTTY !== true) throw refused('Add --yes to agree.');
  for (const question of questions) print(io.stderr, question);
  const prompt = createInterface({ input: io.stdin, output: io.stderr });
  try {
    // Ctrl-C rejects and Ctrl-D closes: both are a no.
    const closed = once(prompt, 'close').then(() => '');
    const asked = prompt.question('Go on? Only "yes" goes on: ').catch(() => '');
    const answer = await Promise.race([asked, closed]);
    if (answer.trim().toLowerCase() !== 'yes') throw refused('Nothing was agreed to, so nothing was done.');
  } finally {
    prompt.close();
  }
}
