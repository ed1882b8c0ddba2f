import { isEligible } from './account-binding.ts';
import { refusal } from '../envelope.ts';
import type { Account } from '../rows.ts';
import { matchesSearch, sorted } from '../sorting.ts';
import type { SandboxState } from '../state.ts';

function groupFilter(text: string | undefined): (account: Account) => boolean {
  if (text === undefined || text === '' || text === '0') return () => true;
  if (text === 'ungrouped') return (account) => account.bindings.length === 0;
  if (!/^\d+$/.test(text)) throw refusal(400, 'invalid group filter', 'INVALID_GROUP_FILTER');
  return (account) => account.bindings.some((binding) => binding.group_id === Number(text));
}

function statusFilter(status: string | undefined): (account: Account) => boolean {
  const future = (at: string | null) => Date.parse(at ?? '') > Date.now();
  if (status === undefined || status === '') return () => true;
  if (status === 'active') return (account) => isEligible(account);
  if (status === 'rate_limited') return (account) => account.status === 'active' && future(account.rate_limit_reset_at);
  if (status === 'temp_unschedulable')
    return (account) => account.status === 'active' && future(account.temp_unschedulable_until);
  if (status === 'unschedulable') return (account) => account.status === 'active' && !account.schedulable;
  return (account) => account.status === status;
}

/** The accounts that a list query, or the filters of a bulk update, mean; in the order asked for. */
export function selectAccounts(state: SandboxState, query: Record<string, string>): Account[] {
  const inGroup = groupFilter(query['group']);
  const inStatus = statusFilter(query['status']);
  const rows = [...state.accounts.values()].filter(
    (account) =>
      inGroup(account) &&
      inStatus(account) &&
      (!query['platform'] || account.platform === query['platform']) &&
      (!query['type'] || account.type === query['type']) &&
      matchesSearch(query['search'], account.name),
  );
  return sorted(rows, query, {
    keys: {
      id: (row) => row.id,
      name: (row) => row.name,
      status: (row) => row.status,
      schedulable: (row) => row.schedulable,
      priority: (row) => row.priority,
      rate_multiplier: (row) => row.rate_multiplier,
      last_used_at: (row) => row.last_used_at,
      expires_at: (row) => row.expires_at,
      created_at: (row) => row.created_at,
    },
    fallback: { key: 'name', descending: false },
    tieBreak: (a, b) => a.id - b.id,
  });
}
