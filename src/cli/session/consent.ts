import { throwIfStopped } from '../../apply/run-tools.ts';
import type { ImportPlan } from '../../plan/import-plan.ts';
import { counted, firstOf } from '../../core/counted.ts';
import { RelayError } from '../../core/relay-error.ts';
import type { ImportJob } from '../../flows/import/import-job.ts';
import { answerTo, canAsk } from './prompt.ts';
import { print, type Io } from '../io.ts';

/** Who says where keys are sent: the command, by name or by a digest, or a file. */
export type UpstreamNamedBy = 'command' | 'pack' | 'configuration';

/** What needs a yes before it is done. Creating things does not. */
export function questionsOf(
  plan: ImportPlan,
  job: ImportJob,
  namedBy: UpstreamNamedBy,
  show: (text: string) => string,
): string[] {
  const questions: string[] = [];
  if (plan.removals.length > 0)
    questions.push(
      `${counted(plan.removals.length, 'account')} would be removed: ${plan.removals
        .slice(0, 5)
        .map((step) => show(step.name))
        .join(', ')}${plan.removals.length > 5 ? ', …' : ''}.`,
    );
  const { from, gone } = plan.models;
  if (from === 'upstream' && gone.length > 0)
    questions.push(
      `${counted(gone.length, 'model')} that the upstream lists no more would not be offered any longer: ${firstOf(gone.map(show))}.`,
    );
  const moved = plan.accounts.filter(
    (step) => step.action === 'update' && step.change.baseUrl !== undefined && step.account.enabled,
  );
  const [first] = moved;
  if (namedBy === 'command' && first !== undefined && 'account' in first)
    questions.push(
      `${counted(moved.length, 'account')} that ${moved.length === 1 ? 'sends' : 'send'} to ${show(first.account.baseUrl ?? 'nowhere')} would send to ${job.provider.baseUrl} instead. Two upstreams at once need two packs: relay packs fill ID --base-url URL.`,
    );
  const sendsKeys = plan.accounts.some(({ action }) => action !== 'unchanged');
  const where = addressQuestion(job, namedBy);
  if (sendsKeys && where !== undefined) questions.push(where);
  return questions;
}

/** What has to be agreed to before keys are sent to where a file says, rather than the command. */
export function addressQuestion(
  { provider, pack }: Pick<ImportJob, 'provider' | 'pack'>,
  namedBy: UpstreamNamedBy,
): string | undefined {
  if (namedBy === 'configuration')
    return `The keys would be sent to ${provider.baseUrl}, named by the configuration file.`;
  return pack.origin !== 'built-in' && namedBy === 'pack'
    ? `The keys would be sent to ${provider.baseUrl}, named by a pack from outside relay (${pack.file}, ${pack.digest}).`
    : undefined;
}

/** The hint for who would rather not have an upstream asked for its models. */
export const nameModelsInstead =
  'Add --yes to agree, or name the models (--model, or models: in a file of --file), so that the upstream is not asked.';

/** Throws `CONSENT_NEEDED` where keys would be sent for a list of models to where nobody has agreed that they go. */
export function refuseToAsk(job: ImportJob, namedBy: UpstreamNamedBy, { yes }: { yes?: boolean }): void {
  const where = addressQuestion(job, namedBy);
  if (where !== undefined && yes !== true) throw new RelayError('CONSENT_NEEDED', where, { hint: nameModelsInstead });
}

/** Asks on a terminal; elsewhere only `--yes` agrees, or what `instead` says. Throws `CONSENT_NEEDED`, or the reason of `stop`. */
export async function askConsent(
  questions: readonly string[],
  io: Io,
  flags: { yes?: boolean; input: boolean },
  stop: AbortSignal = new AbortController().signal,
  instead?: string,
): Promise<void> {
  if (questions.length === 0 || flags.yes === true) return;
  const refused = (hint: string) =>
    new RelayError('CONSENT_NEEDED', questions[0] ?? '', { details: questions.slice(1), hint });
  if (!canAsk(io, flags)) throw refused(instead ?? 'Add --yes to agree.');
  for (const question of questions) print(io.stderr, question);
  const answer = await answerTo('Go on? Only "yes" goes on: ', io, stop);
  // What follows begins on a line of its own.
  if (answer === undefined) print(io.stderr, '');
  throwIfStopped({ stop });
  if (answer?.trim().toLowerCase() !== 'yes') throw refused(instead ?? 'Answer "yes", or add --yes, to agree.');
}

/** Of a fleet, what has come up on a host since its questions were asked. Throws `CONSENT_NEEDED` unless all is agreed to. */
export function refuseUnasked(questions: readonly string[], { yes }: { yes?: boolean }): void {
  const [first, ...details] = questions;
  if (first === undefined || yes === true) return;
  throw new RelayError('CONSENT_NEEDED', first, {
    details,
    hint: 'This was not so when it was asked. Run the same again to be asked, or add --yes to agree.',
  });
}
