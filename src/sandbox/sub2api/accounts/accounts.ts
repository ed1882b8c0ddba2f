import { createHash } from 'node:crypto';
import { boundFields, createAccount, readAccount, StoreError } from './account-input.ts';
import { selectAccounts } from './account-list.ts';
import { updateAccount } from './account-update.ts';
import { accountView } from './account-view.ts';
import { secondFactorNeeded } from '../people/auth.ts';
import { bind, fieldsOf, pathId } from '../binding.ts';
import { bulkUpdate } from './bulk-update.ts';
import { scheduleCapabilityProbe } from './capability-probe.ts';
import { internalError, refusal, success } from '../envelope.ts';
import { HostError } from '../../reply.ts';
import type { Host, HostApp, HostContext } from '../host.ts';
import type { Idempotently } from '../idempotency.ts';
import { isJsonObject, jsonObject } from '../../json-object.ts';
import type { JsonObject } from '../../json-object.ts';
import { pageOf } from '../pagination.ts';
import type { Account } from '../rows.ts';
import { timestamp } from '../state.ts';

/** The account that a path names, else the host's 400 or 404. */
export function findAccount(host: Host, c: HostContext, reason: string | undefined = 'ACCOUNT_NOT_FOUND'): Account {
  const account = host.state.accounts.get(pathId(c, () => refusal(400, 'Invalid account ID')));
  if (account === undefined)
    throw reason === '' ? refusal(404, 'Account not found') : refusal(404, 'account not found', reason);
  return account;
}

function list(host: Host, c: HostContext): Response {
  const rows = selectAccounts(host.state, c.req.query());
  const data = pageOf(rows, c.req.query(), (account) => accountView(host, account));
  const etag = `"${createHash('sha256').update(JSON.stringify(data)).digest('hex')}"`;
  if (c.req.header('if-none-match') === etag) return new Response(null, { status: 304, headers: { etag } });
  return success(data, 200, { etag });
}

/** GET `/data`: accounts with their secrets and without their ids, unless a person with a second factor is asked for. */
function exportAccounts(host: Host, c: HostContext): Response {
  if (host.settings.step_up_enabled) throw secondFactorNeeded(c);
  const ids = (c.req.query('ids') ?? '').split(',').filter((id) => id !== '');
  const bad = ids.find((id) => !/^[1-9]\d*$/.test(id));
  if (bad !== undefined) throw refusal(400, `invalid account id: ${bad}`);
  const accounts = [...host.state.accounts.values()].filter(
    (each) => ids.length === 0 || ids.includes(String(each.id)),
  );
  return success({
    exported_at: timestamp(),
    proxies: [],
    accounts: accounts.map(({ name, platform, type, credentials, extra, concurrency, priority }) => ({
      name,
      platform,
      type,
      credentials,
      extra,
      concurrency,
      priority,
    })),
  });
}

async function createOne(host: Host, c: HostContext, once: Idempotently): Promise<Response> {
  const fields = await bind(c, 'CreateAccountRequest');
  const input = readAccount(host.features, fields, true);
  return once(c, 'admin.accounts.create', boundFields(fields.source), () => {
    try {
      const account = createAccount(host, input);
      const bare = input.bare && Object.keys(account.extra).length === 0;
      const view = { ...accountView(host, account, true), ...(bare ? { extra: null } : {}) };
      scheduleCapabilityProbe(host, account);
      return view;
    } catch (error) {
      throw error instanceof StoreError ? internalError() : error;
    }
  });
}

function batchItem(host: Host, item: JsonObject): JsonObject {
  const name = typeof item['name'] === 'string' ? item['name'] : '';
  try {
    const account = createAccount(host, readAccount(host.features, fieldsOf(item, 'CreateAccountRequest'), false));
    scheduleCapabilityProbe(host, account);
    return { id: account.id, name, success: true };
  } catch (error) {
    if (error instanceof StoreError) return { error: error.message, name, success: false };
    if (error instanceof HostError) return { error: String(jsonObject(error.body)['message']), name, success: false };
    throw error;
  }
}

async function createBatch(host: Host, c: HostContext, once: Idempotently): Promise<Response> {
  const fields = await bind(c, '');
  const items = fields.list('accounts')?.map((item) => (isJsonObject(item) ? item : {}));
  fields.check('accounts', items === undefined ? 'required' : 'min', (items?.length ?? 0) >= 1);
  fields.settle();
  for (const item of items ?? []) readAccount(host.features, fieldsOf(item, 'CreateAccountRequest'), false);
  return once(c, 'admin.accounts.batch_create', items?.map(boundFields), () => {
    const results = (items ?? []).map((item) => batchItem(host, item));
    const good = results.filter((result) => result['success'] === true).length;
    return { failed: results.length - good, results, success: good };
  });
}

/** The routes of `/api/v1/admin/accounts` that manage accounts without calling an upstream. */
export function addAccountRoutes(app: HostApp, host: Host, once: Idempotently): void {
  const base = '/api/v1/admin/accounts';
  app.get(base, (c) => list(host, c));
  app.get(`${base}/data`, (c) => exportAccounts(host, c));
  app.post(base, (c) => createOne(host, c, once));
  app.post(`${base}/batch`, (c) => createBatch(host, c, once));
  app.post(`${base}/bulk-update`, (c) => bulkUpdate(host, c));
  app.get(`${base}/:id`, (c) => success(accountView(host, findAccount(host, c))));
  app.put(`${base}/:id`, (c) => updateAccount(host, c));
  app.delete(`${base}/:id`, (c) => {
    const id = pathId(c, () => refusal(400, 'Invalid account ID'));
    if (host.state.accounts.delete(id)) host.state.retiredAccounts.add(id);
    return success({ message: 'Account deleted successfully' });
  });
}
