import { readGroupMarker } from '../plan/group-marker.ts';
import { isSideGroup } from '../plan/side-groups.ts';
import type { AccessMode } from '../terms/modes.ts';
import type { Deed, Ledger } from './ledger.ts';
import type { RunTools } from './run-tools.ts';

/** What a run's objects are known by, and which of the three it meant to make. */
export interface RunMarks {
  run: string;
  access: AccessMode;
  group: { action: string; name: string; id?: number | undefined };
  channel: { action: string; name: string };
  plan: { action: string; name: string } | null;
}

/**
 * Looks for objects that bear this run's mark and that the ledger does not know: a change whose answer was lost, and
 * that the host carried out after everyone had stopped looking. They are put into the ledger and returned.
 */
export async function lateArrivals(marks: RunMarks, { host }: RunTools, ledger: Ledger): Promise<Deed[]> {
  const { reads } = host;
  const [groups, channels, plans, accounts] = await Promise.all([
    reads.groups(),
    reads.channels(),
    reads.plans(),
    reads.accounts(),
  ]);
  const known = (kind: Deed['kind'], id: number) => ledger.deeds.some((each) => each.kind === kind && each.id === id);
  const made = groups.filter(
    (group) => group.name === marks.group.name && readGroupMarker(group.description)?.run === marks.run,
  );
  const groupIds = new Set(made.map((group) => group.id));
  if (marks.group.id !== undefined) groupIds.add(marks.group.id);
  const inGroup = (ids: readonly number[]) => ids.some((id) => groupIds.has(id));
  const found: Deed[] = [
    ...(marks.group.action === 'create' ? made.map((group) => deed('group', group)) : []),
    ...groups
      .filter((group) => isSideGroup(group.name) && readGroupMarker(group.description)?.run === marks.run)
      .map((group) => deed('group', group)),
    ...(marks.channel.action === 'create'
      ? channels
          .filter((channel) => channel.name === marks.channel.name && inGroup(channel.groupIds))
          .map((channel) => deed('channel', channel))
      : []),
    ...(marks.plan?.action === 'create'
      ? plans
          .filter((each) => each.name === marks.plan?.name && inGroup([each.groupId]))
          .map((each) => deed('plan', each))
      : []),
    ...accounts
      .filter((account) => account.marker?.run === marks.run && account.marker.access === marks.access)
      .map((account) => deed('account', account)),
  ].filter((each) => !known(each.kind, each.id));
  for (const each of found) ledger.record(each);
  return found;
}

function deed(kind: 'group' | 'channel' | 'plan' | 'account', { id, name }: { id: number; name: string }): Deed {
  return { kind, action: 'created', id, name };
}
