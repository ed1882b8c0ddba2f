import type { ChannelSpec, Id } from '../host/objects.ts';
import type { ImportPlan } from '../plan/import-plan.ts';
import { differencesOf } from '../plan/plan-channel.ts';
import { RelayError } from '../core/relay-error.ts';
import type { ChangeLog } from './change-log.ts';
import { create, edit } from './make-change.ts';
import type { RunTools } from './run-tools.ts';

export interface Resources {
  groupId: Id;
  channelId: Id;
  planId: Id | null;
}

/** Makes or edits group, channel and tariff, in this order (rule B8). Throws when the host refuses or stores something else. */
export async function applyResources(plan: ImportPlan, tools: RunTools, log: ChangeLog): Promise<Resources> {
  const groupId = await applyGroup(plan.group, tools, log);
  const channelId = await applyChannel(plan.channel, groupId, tools, log);
  const planId = plan.plan === null ? null : await applyPlan(plan.plan, groupId, tools, log);
  return { groupId, channelId, planId };
}

async function applyGroup(step: ImportPlan['group'], tools: RunTools, log: ChangeLog): Promise<Id> {
  if (step.action === 'unchanged') return step.id;
  const { name } = step;
  if (step.action === 'adopt') {
    const { id, before, description } = step;
    await edit(
      'group',
      [{ id, name, before: { description: before.description }, after: { description } }],
      { what: `mark the group "${name}"`, stage: 'apply', send: ({ writes }) => writes.describeGroup(id, description) },
      tools,
      log,
    );
    return id;
  }
  const { spec } = step;
  const { id } = await create(
    'group',
    { name, after: spec },
    { what: `create the group "${name}"`, stage: 'apply', send: ({ writes }) => writes.createGroup(spec) },
    tools,
    log,
  );
  told(tools, 'group', name, 'created', id);
  return id;
}

async function applyChannel(step: ImportPlan['channel'], groupId: Id, tools: RunTools, log: ChangeLog): Promise<Id> {
  if (step.action === 'unchanged') return step.id;
  const { name } = step;
  const spec: ChannelSpec = { ...step.spec, groupIds: [...new Set([...step.spec.groupIds, groupId])] };
  if (step.action === 'create') {
    const { id } = await create(
      'channel',
      { name, after: spec },
      { what: `create the channel "${name}"`, stage: 'apply', send: ({ writes }) => writes.createChannel(spec) },
      tools,
      log,
    );
    told(tools, 'channel', name, 'created', id);
    return id;
  }
  const { id: _id, active: _active, ...before } = step.before;
  await edit(
    'channel',
    [{ id: step.id, name, before, after: spec }],
    {
      what: `update the channel "${name}"`,
      stage: 'apply',
      send: async ({ reads, writes }) => {
        // The whole channel is sent, so what others changed since the plan was made would be lost.
        const now = (await reads.channels()).find((channel) => channel.id === step.id);
        const isDesired = now !== undefined && differencesOf(now, spec).length === 0;
        if (now !== undefined && !isDesired && differencesOf(now, step.before).length > 0)
          throw new RelayError('WRITE_REFUSED', `The channel "${name}" has changed since the plan was made.`, {
            hint: 'Run it again: the new plan takes the change into account.',
          });
        return writes.updateChannel(step.id, spec);
      },
    },
    tools,
    log,
  );
  told(tools, 'channel', name, 'updated', step.id);
  return step.id;
}

async function applyPlan(
  step: NonNullable<ImportPlan['plan']>,
  groupId: Id,
  tools: RunTools,
  log: ChangeLog,
): Promise<Id> {
  if (step.action === 'unchanged') return step.id;
  const { name } = step;
  if (step.action === 'adopt') {
    const { id, before } = step;
    await edit(
      'tariff',
      [{ id, name, before: { groupId: before.groupId }, after: { groupId } }],
      { what: `bind the tariff "${name}"`, stage: 'apply', send: ({ writes }) => writes.movePlan(id, groupId) },
      tools,
      log,
    );
    return id;
  }
  const spec = { ...step.spec, groupId };
  const { id } = await create(
    'tariff',
    { name, after: spec },
    { what: `create the tariff "${name}"`, stage: 'apply', send: ({ writes }) => writes.createPlan(spec) },
    tools,
    log,
  );
  told(tools, 'tariff', name, 'created', id);
  return id;
}

function told({ emit }: RunTools, kind: string, name: string, how: string, id: Id): void {
  emit({ type: 'step', stage: 'apply', text: `${kind} "${name}" ${how} (${id})` });
}
