import { isWhole } from '../plan/provider-status.ts';
import type { ProviderStatus } from '../plan/status-schema.ts';

/** What is not fine with a provider, in one line, and which command puts it right; nothing when all is fine. */
export function statusFaults(status: ProviderStatus): { happened: string; next: 'import' | 'probe' } | null {
  if (status.ok) return null;
  const { modes, totals, missingKeys, foreign, sideGroups, probeUsers } = status;
  const many = (count: number, one: string, several: string) =>
    count === 0 ? [] : [`${count} ${count === 1 ? one : several}`];
  const built = [
    ...(modes.length === 0 ? ['nothing of this provider is there'] : []),
    ...(modes.length > 0 && totals.accounts === 0 ? ['there is no account'] : []),
    ...(modes.every(isWhole) ? [] : ['a group, channel or tariff is missing or switched off']),
    ...many(missingKeys.length, 'key has no account', 'keys have no account'),
    ...many(foreign.length + totals.foreign, 'thing is not of relay', 'things are not of relay'),
    ...many(totals.untested, 'account serves untested', 'accounts serve untested'),
    ...many(probeUsers.length, 'probe user was left', 'probe users were left'),
    ...many(sideGroups.length, 'group was left by a run', 'groups were left by runs'),
  ];
  const tested = many(totals.notServing, 'account does not serve', 'accounts do not serve');
  return { happened: [...tested, ...built].join(', '), next: built.length > 0 ? 'import' : 'probe' };
}
