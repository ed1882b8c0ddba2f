import type { Id } from '../host/account.ts';
import { isForTheEnd, type ImportPlan } from '../plan/import-plan.ts';
import { RelayError } from '../core/relay-error.ts';
import type { ChangeLog } from './change-log.ts';
import { resourceDriver } from './drivers/drivers.ts';
import { create, edit } from './make-change.ts';
import type { RunTools } from './run-tools.ts';

type Step = ImportPlan['resources'][number];

/**
 * Makes or edits the resources in the order of the plan (rule B8) but those that are for the end, and returns the id of the
 * place that accounts serve in. Throws when the host refuses or stores something else.
 */
export async function applyResources(plan: ImportPlan, tools: RunTools, log: ChangeLog): Promise<Id> {
  const ids = new Map<string, Id>();
  for (const step of plan.resources.filter((each) => !isForTheEnd(each)))
    ids.set(step.kind, await applyStep(step, ids, tools, log));
  const place = plan.place.id ?? ids.get(plan.place.kind);
  if (place === undefined) throw new RelayError('INTERNAL', `The plan makes no ${plan.place.kind}.`);
  return place;
}

/** Makes or edits those that are for the end. Throws as `applyResources` does. */
export async function applyLastResources(
  { resources, place: { kind } }: ImportPlan,
  place: Id,
  tools: RunTools,
  log: ChangeLog,
): Promise<void> {
  for (const step of resources.filter(isForTheEnd)) await applyStep(step, new Map([[kind, place]]), tools, log);
}

async function applyStep(step: Step, ids: ReadonlyMap<string, Id>, tools: RunTools, log: ChangeLog): Promise<Id> {
  if (step.action === 'unchanged') return step.id;
  const { kind, name } = step;
  const driverOf = (host: RunTools['host']) => resourceDriver(kind, host);
  const after = driverOf(tools.host).placed(step.after, ids);
  if (step.action === 'create') {
    const what = `create the ${kind} "${name}"`;
    const send = (host: RunTools['host']) => driverOf(host).create(after);
    const { id } = await create(driverOf, { name, after }, { what, stage: 'apply', send }, tools, log);
    told(tools, kind, name, 'created', id);
    return id;
  }
  const { id, before } = step;
  const what = `${step.action === 'adopt' ? 'adopt' : 'update'} the ${kind} "${name}"`;
  const send = (host: RunTools['host']) => driverOf(host).update(id, { before, after });
  await edit(driverOf, [{ id, name, before, after }], { what, stage: 'apply', send }, tools, log);
  told(tools, kind, name, step.action === 'adopt' ? 'adopted' : 'updated', id);
  return id;
}

function told({ emit }: RunTools, kind: string, name: string, how: string, id: Id): void {
  emit({ type: 'step', stage: 'apply', text: `${kind} "${name}" ${how} (${id})` });
}
