import { refusal } from '../envelope.ts';
import type { Account } from '../rows.ts';
import { matchesSearch, sorted } from '../sorting.ts';
import type { SandboxState } from '../state.ts';

/** The accounts that a list query means, in the order asked for. */
export function selectAccounts(state: SandboxState, query: Record<string, string>): Account[] {
  const isIn = groupFilter(query['group']);
  const rows = [...state.accounts.values()].filter(
    (account) => matchesSearch(query['search'], account.name) && isIn(account),
  );
  return sorted(rows, query, (account) => account.name, 'asc');
}

/** A group by its id, those in none, or all. */
function groupFilter(group = '0'): (account: Account) => boolean {
  if (group === 'ungrouped') return ({ bindings }) => bindings.length === 0;
  if (!/^\d+$/.test(group)) throw refusal(400, 'Invalid group filter', 'INVALID_GROUP_FILTER');
  const id = Number(group);
  return id === 0 ? () => true : ({ bindings }) => bindings.some((binding) => binding.group_id === id);
}
