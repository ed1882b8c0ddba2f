import { done, failure, notFound, success } from '../envelope.ts';
import type { Host, HostApp, HostContext } from '../host.ts';
import { paged, pageOf } from '../paging.ts';
import { fieldsOf, readBody } from '../request-body.ts';
import type { Token } from '../rows.ts';
import { randomText } from '../state.ts';

const shape = {
  id: 'int64',
  status: 'int64',
  name: 'string',
  expired_time: 'int64',
  remain_quota: 'int64',
  unlimited_quota: 'bool',
  model_limits_enabled: 'bool',
  model_limits: 'string',
  allow_ips: 'string',
  group: 'string',
} as const;

/** The tokens of one user, the last first. */
function tokensOf(host: Host, user: number): Token[] {
  return [...host.state.tokens.values()].filter((token) => token.user_id === user).toReversed();
}

function view(token: Token) {
  const key = `${token.key.slice(0, 4)}**********${token.key.slice(-4)}`;
  return { ...token, key, cross_group_retry: false, DeletedAt: null };
}

function find(host: Host, c: HostContext): Token {
  const token = host.state.tokens.get(Number(c.req.param('id')));
  if (token?.user_id !== c.get('actor').id) throw notFound();
  return token;
}

async function create(host: Host, c: HostContext): Promise<Response> {
  const { id: _id, ...given } = fieldsOf(await readBody(c), shape, 'Token');
  const user = c.get('actor').id;
  if (Buffer.byteLength(given.name ?? '') > 50) throw failure('Token name is too long');
  if (tokensOf(host, user).length >= 1000) throw failure('已达到最大令牌数量限制 (1000)');
  const token: Token = {
    name: '',
    expired_time: 0,
    remain_quota: 0,
    unlimited_quota: false,
    model_limits_enabled: false,
    model_limits: '',
    allow_ips: '',
    group: '',
    ...given,
    id: host.state.nextId('tokens'),
    user_id: user,
    key: randomText(48),
    status: 1,
    created_time: host.seconds(),
    accessed_time: host.seconds(),
    used_quota: 0,
  };
  host.state.tokens.set(token.id, token);
  return done();
}

async function update(host: Host, c: HostContext): Promise<Response> {
  const given = fieldsOf(await readBody(c), shape, 'Token');
  const token = host.state.tokens.get(given.id ?? 0);
  if (token?.user_id !== c.get('actor').id) throw notFound();
  Object.assign(token, given);
  return success(view(token));
}

/** A user's own keys for the gateway; the key is shown by a route of its own alone. */
export function addTokenRoutes(app: HostApp, host: Host): void {
  const base = '/api/token';
  app.get(`${base}/`, (c) =>
    success(paged(tokensOf(host, c.get('actor').id), pageOf(c.req.query(), 'size'), (token) => view(token))),
  );
  app.get(`${base}/search`, (c) => {
    const keyword = c.req.query('keyword') ?? '';
    const rows = tokensOf(host, c.get('actor').id).filter((token) => token.name.includes(keyword));
    return success(paged(rows, pageOf(c.req.query(), 'size'), (token) => view(token)));
  });
  app.post(`${base}/`, (c) => create(host, c));
  app.put(`${base}/`, (c) => update(host, c));
  app.post(`${base}/:id/key`, (c) => success({ key: find(host, c).key }));
  app.delete(`${base}/:id`, (c) => {
    host.state.tokens.delete(find(host, c).id);
    return done();
  });
  app.get(`${base}/:id`, (c) => success(view(find(host, c))));
}
