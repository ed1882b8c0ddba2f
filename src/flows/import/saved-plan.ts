import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Host } from '../../host/host.ts';
import { isStagingName } from '../../host/names.ts';
import { runOrderSchema, type RunOrder } from '../../journal/entries.ts';
import { planViewSchema, type PlanView } from '../../plan/plan-view.ts';
import { bucketsOf } from '../../core/buckets.ts';
import { RelayError } from '../../core/relay-error.ts';
import { beginLine } from './begin-journal.ts';
import type { PreparedImport } from './prepare-import.ts';
import { parseJson } from '../../core/parse-json.ts';

const steps = planViewSchema.shape.changes;

/**
 * A plan that waits to be carried out: all that an import is asked with but its keys and its login, and the steps that it
 * was seen to take. Holds no key. `sum` is of everything else, so that an edited file is seen.
 */
const savedPlanSchema = z.object({
  schema: z.literal('relay.saved-plan/1'),
  import: runOrderSchema,
  allowMassRemoval: z.boolean(),
  steps,
  sum: z.string(),
});

export interface SavedPlan {
  begin: RunOrder;
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
  const value = parseJson(text);
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

function sumOf(content: object): string {
  return `sha256:${createHash('sha256').update(JSON.stringify(content)).digest('hex')}`;
}

/** Throws `PLAN_DIFFERS` with what is otherwise where planning again gives other steps; what else the host holds is its own. */
export function checkSameSteps(saved: PlanView['changes'], now: PlanView['changes']): void {
  const [was, is] = [bucketsOf(saved, objectOf), bucketsOf(now, objectOf)];
  const details = [...new Set([...was.keys(), ...is.keys()])].flatMap((name) => {
    const [before = [], after = []] = [was.get(name), is.get(name)];
    if (comparable(before) === comparable(after)) return [];
    const isSaid = told(before) !== told(after);
    // What the actions do not tell, such as another key, the details do.
    const say = isSaid ? told : (own: readonly Step[]) => own.map(({ detail }) => detail).join(', ');
    return [`${name}: ${say(before)} → ${say(after)}`];
  });
  if (details.length > 0)
    throw new RelayError('PLAN_DIFFERS', 'The host would get other steps than the saved plan shows.', { details });
}

/** Names what a plan does: the same for two plans that take the same steps, whatever run they are of. */
export function stepsDigest(changes: PlanView['changes']): string {
  const texts = [...bucketsOf(changes, objectOf)].map(([name, own]) => `${name} ${comparable(own)}`);
  return createHash('sha256').update(texts.toSorted().join('\n')).digest('hex');
}

type Step = PlanView['changes'][number];

/** What a run calls the place in which it proves accounts is its own. */
function objectOf({ kind, name }: Step): string {
  if (kind === 'gateway') return 'the gateway';
  return isStagingName(name) ? `the staging ${kind}` : `${kind} ${name}`;
}

function comparable(own: readonly Step[]): string {
  return JSON.stringify(own.map((step) => ({ ...step, name: objectOf(step) })));
}

function told(own: readonly Step[]): string {
  const words = own.map(({ action, id, values = [] }) => {
    const changed = values.map(({ name, from, to }) => `${name} ${from ?? '–'} → ${to ?? '–'}`).join(', ');
    return `${action}${id === null ? '' : ` ${id}`}${changed === '' ? '' : ` (${changed})`}`;
  });
  return words.length === 0 ? 'nothing' : words.join(', ');
}
