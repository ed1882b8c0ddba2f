import { bindGroups, refuseMixing } from './account-binding.ts';
import { storedExtra } from './account-input.ts';
import { accountView } from './account-view.ts';
import { bind, pathId } from '../binding.ts';
import type { Fields } from '../binding.ts';
import { scheduleCapabilityProbe } from './capability-probe.ts';
import { replaceCredentials } from './credentials.ts';
import { rounded } from '../decimals.ts';
import { internalError, refusal, success } from '../envelope.ts';
import type { Features } from '../features.ts';
import type { Host, HostContext } from '../host.ts';
import type { JsonObject } from '../../json-object.ts';
import type { Account } from '../rows.ts';
import { timestamp } from '../state.ts';

function keptExtra(features: Features, current: JsonObject): JsonObject {
  const managed = (key: string) =>
    key === 'quota_used' ||
    /^quota_(daily|weekly)_/.test(key) ||
    (features.longContextExtra && key === 'openai_long_context_billing_enabled');
  return Object.fromEntries(Object.entries(current).filter(([key]) => managed(key)));
}

/** Scalar fields: what is absent stays. */
function scalars(fields: Fields, account: Account): Partial<Account> {
  return {
    name: fields.text('name') || account.name,
    status: fields.text('status') || account.status,
    concurrency: fields.integer('concurrency') ?? account.concurrency,
    priority: fields.integer('priority') ?? account.priority,
    rate_multiplier: rounded(fields.number('rate_multiplier') ?? account.rate_multiplier, 4),
  };
}

/** PUT of one account: maps are replaced, not merged. */
export async function updateAccount(host: Host, c: HostContext): Promise<Response> {
  const { state, features } = host;
  const id = pathId(c, () => refusal(400, 'Invalid account ID'));
  const fields = await bind(c, 'UpdateAccountRequest');
  const status = fields.text('status') ?? '';
  fields.check('status', 'oneof', ['', 'active', 'inactive', 'error'].includes(status));
  fields.settle();
  const account = state.accounts.get(id);
  if (account === undefined) throw refusal(404, 'account not found', 'ACCOUNT_NOT_FOUND');
  const groupIds = fields.integers('group_ids');
  if (groupIds?.some((group) => !state.groups.has(group)) === true)
    throw refusal(404, 'group not found', 'GROUP_NOT_FOUND');
  if (groupIds !== undefined && fields.flag('confirm_mixed_channel_risk') !== true)
    refuseMixing(host, account.platform, groupIds, id);
  const values = scalars(fields, account);
  if ([...(values.name ?? '')].length > 100) throw internalError();
  const credentials = fields.object('credentials');
  const extra = fields.object('extra');
  const hasCredentials = credentials !== undefined && Object.keys(credentials).length > 0;
  Object.assign(account, values, { updated_at: timestamp() });
  if (hasCredentials) account.credentials = replaceCredentials(features, account.credentials, credentials);
  if (extra !== undefined)
    account.extra = storedExtra(features, account.platform, { ...keptExtra(features, account.extra), ...extra });
  // The store binds last, when all else is written.
  if (groupIds !== undefined && bindGroups(host, id, groupIds) !== undefined) throw internalError();
  const view = accountView(host, account);
  if (hasCredentials) scheduleCapabilityProbe(host, account);
  return success(view);
}
