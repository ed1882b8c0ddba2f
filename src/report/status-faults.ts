import type { AccountStatus, ProviderStatus, ResourceStatus } from '../plan/status-schema.ts';
import { plainWord } from './text/headline.ts';

/** What is not fine with a provider, in one line, and which command puts it right; nothing when all is fine. */
export function statusFaults(status: ProviderStatus): { happened: string; next: 'import' | 'probe' } | null {
  if (status.ok) return null;
  const { resources, totals, missingKeys, probeUsers } = status;
  const inState = (...states: ResourceStatus['state'][]) => resources.filter(({ state }) => states.includes(state));
  const own = inState('active', 'switched_off', 'missing');
  const broken = inState('switched_off', 'missing').map(({ kind, state }) => `the ${kind} is ${plainWord(state)}`);
  const many = (count: number, one: string, several: string) =>
    count === 0 ? [] : [`${count} ${count === 1 ? one : several}`];
  const built = [
    ...(own.length === 0 ? ['the host holds nothing of this provider'] : []),
    ...(own.length > 0 && totals.accounts === 0 ? ['there is no account'] : []),
    ...new Set(broken),
    ...many(missingKeys.length, 'key has no account', 'keys have no account'),
    ...many(inState('foreign').length + totals.foreign, 'thing is not of relay', 'things are not of relay'),
    ...many(totals.untested, 'account serves untested', 'accounts serve untested'),
    ...many(probeUsers.length, 'probe user was left', 'probe users were left'),
    ...many(inState('left_behind').length, 'thing was left by a run', 'things were left by runs'),
  ];
  const tested = many(totals.notServing, 'account does not serve', 'accounts do not serve');
  return { happened: [...tested, ...built].join(', '), next: built.length > 0 ? 'import' : 'probe' };
}

/** Whether nothing need be done about an account. */
export function isFine({ state, tested, inKeys }: AccountStatus): boolean {
  return ((state === 'serving' && tested) || state === 'not_enabled') && inKeys !== false;
}
