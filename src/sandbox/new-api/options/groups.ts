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

/** Whether a user may use a group: everybody may use those that are offered, and each the own. */
export function mayUse(host: Host, user: User, group: string): boolean {
  return group === user.group || Object.hasOwn(optionMap(host, 'UserUsableGroups'), group);
}

/** The groups that a user may choose for a token. */
export function usableGroups(host: Host, user: User): Record<string, { desc: string; ratio: number }> {
  const offered = optionMap(host, 'UserUsableGroups');
  const entries = Object.entries(groupRatios(host))
    .filter(([name]) => mayUse(host, user, name))
    .map(([name, ratio]) => [name, { desc: String(offered[name] ?? '用户分组'), ratio }] as const);
  return Object.fromEntries(entries);
}
