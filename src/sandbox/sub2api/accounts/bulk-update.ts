import { bindGroups, putBack, refuseMixing } from './account-binding.ts';
import { bind } from '../binding.ts';
import type { Fields } from '../binding.ts';
import { rounded } from '../decimals.ts';
import { refusal, success } from '../envelope.ts';
import type { Host, HostContext } from '../host.ts';
import type { Account } from '../rows.ts';
import { timestamp } from '../state.ts';

function scalars(fields: Fields): Partial<Account> {
  const rate = fields.number('rate_multiplier');
  const entries: [keyof Account, unknown][] = [
    ['name', fields.text('name') || undefined],
    ['status', fields.text('status') || undefined],
    ['concurrency', fields.integer('concurrency')],
    ['priority', fields.integer('priority')],
    ['schedulable', fields.flag('schedulable')],
    ['rate_multiplier', rate === undefined ? undefined : rounded(rate, 4)],
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
  const values = scalars(fields);
  const credentials = fields.object('credentials') ?? {};
  const extra = fields.object('extra') ?? {};
  const groupIds = fields.integers('group_ids');
  if (groupIds?.some((id) => !state.groups.has(id)) === true) throw refusal(404, 'group not found', 'GROUP_NOT_FOUND');
  const ids = fields.integers('account_ids') ?? [];
  const accounts = ids.flatMap((id) => state.accounts.get(id) ?? []);
  if (groupIds !== undefined && fields.flag('confirm_mixed_channel_risk') !== true) {
    for (const account of accounts) refuseMixing(host, account.platform, groupIds, account.id);
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
