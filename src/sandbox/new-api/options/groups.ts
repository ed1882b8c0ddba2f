import { jsonObject } from '../../json-object.ts';
import type { Host } from '../host.ts';
import type { User } from '../rows.ts';
import { optionMap } from './prices.ts';

/** The names of groups there are, with their factors. */
export function groupRatios(host: Host): Record<string, number> {
  return Object.fromEntries(
    Object.entries(optionMap(host, 'GroupRatio')).flatMap(([name, ratio]) =>
      typeof ratio === 'number' ? [[name, ratio]] : [],
    ),
  );
}

/** The names of groups there are. */
export function groupNames(host: Host): string[] {
  return Object.keys(groupRatios(host));
}

/** What is offered to users of a group: what everybody is, but for what the group's own entry adds and takes out. */
function offeredTo(host: Host, userGroup: string): Record<string, unknown> {
  const offered = { ...optionMap(host, 'UserUsableGroups') };
  const special = jsonObject(optionMap(host, 'group_ratio_setting.group_special_usable_group')[userGroup]);
  for (const [name, text] of Object.entries(special))
    if (name.startsWith('-:')) delete offered[name.slice(2)];
    else offered[name.replace(/^\+:/, '')] = text;
  return offered;
}

/** Whether a user may use a group: those that are offered, and the own. */
export function mayUse(host: Host, user: User, group: string): boolean {
  return group === user.group || Object.hasOwn(offeredTo(host, user.group), group);
}

/** The groups that a user may choose for a token. */
export function usableGroups(host: Host, user: User): Record<string, { desc: string; ratio: number }> {
  const offered = offeredTo(host, user.group);
  const entries = Object.entries(groupRatios(host))
    .filter(([name]) => mayUse(host, user, name))
    .map(([name, ratio]) => [name, { desc: String(offered[name] ?? '用户分组'), ratio }] as const);
  return Object.fromEntries(entries);
}
