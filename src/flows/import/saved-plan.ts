import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Host } from '../../host/host.ts';
import { isStagingName } from '../../host/names.ts';
import { beginSchema, type Begin } from '../../journal/entries.ts';
import { planViewSchema, type PlanView } from '../../plan/plan-view.ts';
import { RelayError } from '../../core/relay-error.ts';
import { beginLine } from './begin-journal.ts';
import type { PreparedImport } from './prepare-import.ts';

const steps = planViewSchema.shape.changes;

/**
 * A plan that waits to be carried out: all that an import is asked with but its keys and its login, and the steps that it
 * was seen to take. Holds no key. `sum` is of everything else, so that an edited file is seen.
 */
const savedPlanSchema = z.object({
  schema: z.literal('relay.saved-plan/1'),
  import: beginSchema,
  allowMassRemoval: z.boolean(),
  steps,
  sum: z.string(),
});

export interface SavedPlan {
  begin: Begin;
  allowMassRemoval: boolean;
  steps: PlanView['changes'];
}

/** The text of a saved plan. */
export function savedPlanText({ job, plan }: PreparedImport, view: PlanView, host: Host, now: number): string {
  const content = {
    schema: 'relay.saved-plan/1',
    import: beginLine(job, host, now),
    allowMassRemoval: plan.policy.massRemoval === 'allowed',
    steps: view.changes,
  };
  return `${JSON.stringify({ ...content, sum: sumOf(content) }, null, 2)}\n`;
}

/** Reads a saved plan. Throws `PLAN_UNUSABLE` for what is none, was edited, or was made by another relay. */
export function readSavedPlan(text: string, file: string, relayVersion: string): SavedPlan {
  const value = parse(text);
  const read = savedPlanSchema.safeParse(value);
  if (!read.success) throw unusable(`${file} is no plan that this relay has saved.`);
  const { sum, ...content } = value as Record<string, unknown>;
  if (sumOf(content) !== sum) throw unusable(`${file} was edited since it was saved.`);
  const { import: begin, allowMassRemoval } = read.data;
  if (begin.relayVersion !== relayVersion)
    throw unusable(`${file} was saved by relay ${begin.relayVersion}; this is ${relayVersion}.`);
  return { begin, allowMassRemoval, steps: read.data.steps };
}

function unusable(message: string): RelayError {
  return new RelayError('PLAN_UNUSABLE', message);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function sumOf(content: object): string {
  return `sha256:${createHash('sha256').update(JSON.stringify(content)).digest('hex')}`;
}

/** Throws `PLAN_DIFFERS` with what is otherwise where planning again gives other steps; what else the host holds is its own. */
export function checkSameSteps(saved: PlanView['changes'], now: PlanView['changes']): void {
  const texts = (changes: PlanView['changes']) => new Map(changes.map((each) => [comparable(each), told(each)]));
  const [was, is] = [texts(saved), texts(now)];
  const gone = [...was].filter(([key]) => !is.has(key)).map(([, each]) => `not any more: ${each}`);
  const fresh = [...is].filter(([key]) => !was.has(key)).map(([, each]) => `now: ${each}`);
  const details = [...gone, ...fresh];
  if (details.length > 0)
    throw new RelayError('PLAN_DIFFERS', 'The host would get other steps than the saved plan shows.', { details });
}

/** What a run calls the place in which it proves accounts is its own. */
function comparable(change: PlanView['changes'][number]): string {
  return JSON.stringify(isStagingName(change.name) ? { ...change, name: '' } : change);
}

function told({ action, kind, name, values = [] }: PlanView['changes'][number]): string {
  const changed = values.map(({ name: value, from, to }) => `${value} ${from ?? '–'} → ${to ?? '–'}`).join(', ');
  return `${action} ${kind} ${name}${changed === '' ? '' : ` (${changed})`}`;
}
