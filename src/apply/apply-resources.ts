import type { Channel, ChannelSpec, Group, Id, Plan } from '../host/objects.ts';
import type { ImportPlan } from '../plan/import-plan.ts';
import { readGroupMarker } from '../plan/group-marker.ts';
import { differencesOf } from '../plan/plan-channel.ts';
import { RelayError } from '../terms/relay-error.ts';
import type { Deed, Ledger } from './ledger.ts';
import { performWrite, type Write } from './perform-write.ts';
import type { RunTools } from './run-tools.ts';

export interface Resources {
  groupId: Id;
  channelId: Id;
  planId: Id | null;
}

/** Makes or edits group, channel and plan, in this order (rule B8). Throws when the host refuses or stores something else. */
export async function applyResources(plan: ImportPlan, tools: RunTools, ledger: Ledger): Promise<Resources> {
  const groupId = await applyGroup(plan.group, tools, ledger);
  const channelId = await applyChannel(plan.channel, groupId, tools, ledger);
  const planId = plan.plan === null ? null : await applyPlan(plan.plan, groupId, tools, ledger);
  return { groupId, channelId, planId };
}

async function applyGroup(step: ImportPlan['group'], tools: RunTools, ledger: Ledger): Promise<Id> {
  const { reads, writes } = tools.host;
  if (step.action === 'unchanged') return step.id;
  if (step.action === 'adopt') {
    const look = async () =>
      (await reads.groups()).find((group) => group.id === step.id && group.description === step.description);
    const group = await performEdit(
      { kind: 'group', action: 'updated', id: step.id, name: step.name, before: step.before, after: step.description },
      {
        kind: 'group',
        name: step.name,
        what: `mark the group "${step.name}"`,
        stage: 'apply',
        send: () => writes.describeGroup(step.id, step.description),
        look,
      },
      tools,
      ledger,
    );
    if (group.description !== step.description) throw dropped(`the group "${step.name}"`, ['description']);
    return step.id;
  }
  const { spec } = step;
  const run = readGroupMarker(spec.description)?.run;
  const look = async () =>
    (await reads.groups()).find((group) => group.name === spec.name && readGroupMarker(group.description)?.run === run);
  const group = await performWrite(
    {
      kind: 'group',
      name: step.name,
      what: `create the group "${step.name}"`,
      stage: 'apply',
      send: () => writes.createGroup(spec),
      look,
    },
    tools,
  );
  ledger.record({ kind: 'group', action: 'created', id: group.id, name: step.name });
  tools.emit({ type: 'step', stage: 'apply', text: `group "${step.name}" created (${group.id})` });
  const lost = groupDifferences(group, spec);
  if (lost.length > 0) throw dropped(`the group "${step.name}"`, lost);
  return group.id;
}

/** The earlier state is in the ledger before the edit is sent, and out of it when the host refused the edit. */
async function performEdit<T>(deed: Deed, write: Write<T>, tools: RunTools, ledger: Ledger): Promise<T> {
  ledger.record(deed);
  try {
    return await performWrite(write, tools);
  } catch (error) {
    if (error instanceof RelayError && error.code === 'WRITE_REFUSED') ledger.takenBack([deed]);
    throw error;
  }
}

function groupDifferences(
  group: Group,
  spec: { description: string; platform: string; type: string; rateMultiplier: number },
): string[] {
  return [
    ...(group.description === spec.description ? [] : ['description']),
    ...(group.platform === spec.platform ? [] : ['platform']),
    ...(group.type === spec.type ? [] : ['type']),
    ...(Math.abs(group.rateMultiplier - spec.rateMultiplier) < 1e-4 ? [] : ['rate multiplier']),
  ];
}

async function applyChannel(step: ImportPlan['channel'], groupId: Id, tools: RunTools, ledger: Ledger): Promise<Id> {
  if (step.action === 'unchanged') return step.id;
  const { reads, writes } = tools.host;
  const spec: ChannelSpec = { ...step.spec, groupIds: [...new Set([...step.spec.groupIds, groupId])] };
  const asWanted = (channel: Channel) => differencesOf(channel, spec).length === 0;
  const stored = async () =>
    (await reads.channels()).find((channel) => channel.name === spec.name && channel.groupIds.includes(groupId));
  let id: Id;
  if (step.action === 'create') {
    const made = await performWrite(
      {
        kind: 'channel',
        name: step.name,
        what: `create the channel "${step.name}"`,
        stage: 'apply',
        send: () => writes.createChannel(spec),
        look: stored,
      },
      tools,
    );
    ledger.record({ kind: 'channel', action: 'created', id: made.id, name: step.name });
    id = made.id;
  } else {
    const look = async () => (await reads.channels()).find((channel) => channel.id === step.id && asWanted(channel));
    await performEdit(
      { kind: 'channel', action: 'updated', id: step.id, name: step.name, before: step.before, after: spec },
      {
        kind: 'channel',
        name: step.name,
        what: `update the channel "${step.name}"`,
        stage: 'apply',
        send: async () => {
          // The whole channel is sent, so what others changed since the plan was made would be lost.
          const now = (await reads.channels()).find((channel) => channel.id === step.id);
          if (now !== undefined && !asWanted(now) && differencesOf(now, step.before).length > 0)
            throw new RelayError('WRITE_REFUSED', `The channel "${step.name}" has changed since the plan was made.`, {
              hint: 'Run it again: the new plan takes the change into account.',
            });
          return writes.updateChannel(step.id, spec);
        },
        look,
      },
      tools,
      ledger,
    );
    id = step.id;
  }
  tools.emit({
    type: 'step',
    stage: 'apply',
    text: `channel "${step.name}" ${step.action === 'create' ? 'created' : 'updated'} (${id})`,
  });
  const channel = await stored();
  if (channel === undefined) throw dropped(`the channel "${step.name}"`, ['group']);
  const lost = differencesOf(channel, spec);
  if (lost.length > 0) throw dropped(`the channel "${step.name}"`, lost);
  return id;
}

async function applyPlan(
  step: NonNullable<ImportPlan['plan']>,
  groupId: Id,
  tools: RunTools,
  ledger: Ledger,
): Promise<Id> {
  const { reads, writes } = tools.host;
  if (step.action === 'unchanged') return step.id;
  if (step.action === 'adopt') {
    const look = async () => (await reads.plans()).find((each) => each.id === step.id && each.groupId === groupId);
    await performEdit(
      { kind: 'plan', action: 'updated', id: step.id, name: step.name, before: step.before, after: groupId },
      {
        kind: 'plan',
        name: step.name,
        what: `bind the plan "${step.name}"`,
        stage: 'apply',
        send: () => writes.movePlan(step.id, groupId),
        look,
      },
      tools,
      ledger,
    );
    return step.id;
  }
  const look = async () => (await reads.plans()).find((each) => each.name === step.name && each.groupId === groupId);
  const made = await performWrite(
    {
      kind: 'plan',
      name: step.name,
      what: `create the plan "${step.name}"`,
      stage: 'apply',
      send: () => writes.createPlan({ ...step.spec, groupId }),
      look,
    },
    tools,
  );
  ledger.record({ kind: 'plan', action: 'created', id: made.id, name: step.name });
  tools.emit({ type: 'step', stage: 'apply', text: `plan "${step.name}" created (${made.id})` });
  const lost = planDifferences(made, step.spec);
  if (lost.length > 0) throw dropped(`the plan "${step.name}"`, lost);
  return made.id;
}

function planDifferences(plan: Plan, spec: Omit<Plan, 'id' | 'groupId'>): string[] {
  return [
    ...(Math.abs(plan.price - spec.price) < 0.005 ? [] : ['price']),
    ...(plan.validityDays === spec.validityDays && plan.validityUnit === spec.validityUnit ? [] : ['validity']),
    ...(plan.forSale === spec.forSale ? [] : ['sale flag']),
  ];
}

function dropped(what: string, fields: readonly string[]): RelayError {
  return new RelayError('SETTINGS_DROPPED', `The host stored ${what} with another ${fields.join(', ')} than was sent.`);
}
