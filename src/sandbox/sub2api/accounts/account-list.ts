import type { Account } from '../rows.ts';
import { matchesSearch, sorted } from '../sorting.ts';
import type { SandboxState } from '../state.ts';

/** The accounts that a list query means, in the order asked for. */
export function selectAccounts(state: SandboxState, query: Record<string, string>): Account[] {
  const rows = [...state.accounts.values()].filter((account) => matchesSearch(query['search'], account.name));
  return sorted(rows, query, (account) => account.name, 'asc');
}
