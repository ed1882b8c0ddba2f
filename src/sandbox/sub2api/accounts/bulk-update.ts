import { bindGroups, putBack, refuseMixing } from './account-binding.ts';
import { selectAccounts } from './account-list.ts';
import { bind } from '../binding.ts';
import type { Fields } from '../binding.ts';
import { rounded } from '../decimals.ts';
import { internalError, refusal, success } from '../envelope.ts';
import type { Host, HostContext } from '../host.ts';
import type { Account } from '../rows.ts';
import { timestamp } from '../state.ts';

function targets(host: Host, fields: Fields): number[] {
  const ids = fields.integers('account_ids') ?? [];
  if (ids.length > 0) return ids;
  const filters = fields.object('filters');
  if (filters === undefined) throw refusal(400, 'account_ids or filters is required');
  const texts = Object.entries(filters).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return selectAccounts(host.state, Object.fromEntries(texts)).map((account) => account.id);
}

function scalars(fields: Fields): Partial<Account> {
  const loadFactor = fields.integer('load_factor');
  const rate = fields.number('rate_multiplier');
  const entries: [keyof Account, unknown][] = [
    ['name', fields.text('name') || undefined],
    ['status', fields.text('status') || undefined],
    ['proxy_id', fields.integer('proxy_id')],
    ['concurrency', fields.integer('concurrency')],
    ['priority', fields.integer('priority')],
    ['schedulable', fields.flag('schedulable')],
    ['rate_multiplier', rate === undefined ? undefined : rounded(rate, 4)],
    ['load_factor', loadFactor !== undefined && loadFactor > 0 ? loadFactor : undefined],
  ];
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/**
 * POST `/bulk-update`: merges maps key by key, asks no capability again, counts unknown ids as done. An account whose
 * groups the store refuses counts as failed, although all else was written.
 */
export async function bulkUpdate(host: Host, c: HostContext): Promise<Response> {
  const { state } = host;
  const fields = await bind(c, 'BulkUpdateAccountsRequest');
  const status = fields.text('status') ?? '';
  fields.check('status', 'oneof', ['', 'active', 'inactive', 'error'].includes(status));
  fields.settle();
  if ((fields.number('rate_multiplier') ?? 0) < 0) throw refusal(400, 'rate_multiplier must be >= 0');
  if ((fields.integers('account_ids') ?? []).length === 0 && !fields.has('filters'))
    throw refusal(400, 'account_ids or filters is required');
  const values = scalars(fields);
  const credentials = fields.object('credentials') ?? {};
  const extra = fields.object('extra') ?? {};
  const groupIds = fields.integers('group_ids');
  const empty = [values, credentials, extra].every((map) => Object.keys(map).length === 0);
  if (empty && groupIds === undefined && !fields.has('load_factor')) throw refusal(400, 'No updates provided');
  if (groupIds?.some((id) => !state.groups.has(id)) === true) throw refusal(404, 'group not found', 'GROUP_NOT_FOUND');
  if ((values.load_factor ?? 0) > 10_000) throw internalError();
  const ids = targets(host, fields);
  const accounts = ids.flatMap((id) => state.accounts.get(id) ?? []);
  if (groupIds !== undefined && fields.flag('confirm_mixed_channel_risk') !== true) {
    for (const account of accounts) refuseMixing(host, account.platform, groupIds, account.id, true);
  }
  for (const account of accounts) {
    if (values.schedulable === true && !account.schedulable) putBack(host, account);
    Object.assign(account, values, { updated_at: timestamp() });
    account.credentials = { ...account.credentials, ...credentials };
    account.extra = { ...account.extra, ...extra };
  }
  const results = ids.map((id) => {
    const error = groupIds === undefined ? undefined : bindGroups(host, id, groupIds);
    return { account_id: id, success: error === undefined, ...(error === undefined ? {} : { error }) };
  });
  const idsOf = (good: boolean) => results.filter((each) => each.success === good).map((each) => each.account_id);
  const [done, failed] = [idsOf(true), idsOf(false)];
  return success({ success: done.length, failed: failed.length, success_ids: done, failed_ids: failed, results });
}
