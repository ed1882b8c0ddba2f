import { z } from 'zod';
import { counted } from '../../../core/counted.ts';
import type { Account } from '../../account.ts';
import type { Others, ResourceDriver } from '../../driver.ts';
import type { Sub2apiReads, Sub2apiWrites } from '../admin-port.ts';
import { readGroupMarker } from '../../group-marker.ts';
import type { Channel, Group, GroupSpec, Tariff } from '../objects.ts';
import type { GroupSurroundings } from '../survey.ts';

const schema = z
  .object({
    name: z.string(),
    description: z.string(),
    platform: z.string(),
    type: z.enum(['standard', 'subscription']),
    rateMultiplier: z.number(),
  })
  .partial();
type State = z.infer<typeof schema>;

/** Groups bear the marker of their run at the end of their description. */
export function groupDriver(
  reads: Sub2apiReads,
  writes: Sub2apiWrites,
): ResourceDriver<State, Group, GroupSurroundings> {
  return {
    kind: 'group',
    schema,
    find: () => reads.groups(),
    isMadeAs: (group, name, made) => group.name === name && isOfRun(group.description, made.description),
    isStill: (group, _, made) => isOfRun(group.description, made.description),
    differences: (group, state) => [
      ...(state.name === undefined || group.name === state.name ? [] : ['name']),
      ...(state.description === undefined || group.description === state.description ? [] : ['description']),
      ...(state.platform === undefined || group.platform === state.platform ? [] : ['platform']),
      ...(state.type === undefined || group.type === state.type ? [] : ['type']),
      // Hosts keep four decimals of a rate.
      ...(state.rateMultiplier === undefined || Math.abs(group.rateMultiplier - state.rateMultiplier) < 1e-4
        ? []
        : ['rate multiplier']),
    ],
    stateOf: ({ name, description, platform, type, rateMultiplier }) => ({
      name,
      description,
      platform,
      type,
      rateMultiplier,
    }),
    placed: (state) => state,
    create: (state) => writes.createGroup(state as GroupSpec),
    update: (id, { after }) => writes.describeGroup(id, after.description ?? ''),
    remove: ({ id }) => writes.deleteGroup(id),
    restore: ({ id }, { before }) => writes.describeGroup(id, before.description ?? ''),
    usedBy,
  };
}

function isOfRun(description: string, made: string | undefined): boolean {
  const run = readGroupMarker(made ?? '')?.run;
  return run !== undefined && readGroupMarker(description)?.run === run;
}

function usedBy({ id }: Group, { accounts, grants, kept, around }: Others<GroupSurroundings>): string | null {
  const subscriptions = (grants ?? []).filter((each) => each.place === id).length;
  const keys = around.userKeys.get(id) ?? 0;
  const keptOn = kept.filter(({ kind, object }) => {
    if (kind === 'tariff') return (object as Tariff).groupId === id;
    return kind === 'channel' && (object as Channel).groupIds.includes(id);
  });
  const uses = [
    ...accountsOf((accounts ?? []).filter(({ places }) => places.includes(id))),
    ...(subscriptions > 0 ? [counted(subscriptions, 'subscription')] : []),
    ...(keys > 0 ? [`${counted(keys, 'key')} of users`] : []),
    ...keptOn.map(({ kind, name, object }) => `the ${kind} "${object.name ?? name}"`),
    // What could not be read may hold something.
    ...(accounts === undefined || grants === undefined ? ['what could not be read'] : []),
  ];
  return uses.length === 0 ? null : `used by ${uses.join(' and ')}`;
}

function accountsOf(accounts: readonly Account[]): string[] {
  const runs = accounts.filter(({ marker }) => marker !== null).length;
  return [
    ...(runs > 0 ? [`${counted(runs, 'account')} of other runs of relay`] : []),
    ...(accounts.length > runs ? [`${counted(accounts.length - runs, 'account')} that relay did not make`] : []),
  ];
}
