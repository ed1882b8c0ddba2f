import type { Host, HostContext } from '../host.ts';
import { groupRatios, mayUse } from '../options/groups.ts';
import { HostError } from '../../reply.ts';
import { roles, type Token, type User } from '../rows.ts';

/** Who asks: whose token, for which group, and whether one channel was named to answer. */
export interface Caller {
  token: Token;
  user: User;
  group: string;
  pinned: number | undefined;
}

/** A refusal of the gateway before any channel is asked. */
export function gatewayRefusal(c: HostContext, status: number, message: string, code = ''): HostError {
  const text = `${message} (request id: ${c.get('requestId')})`;
  return new HostError(status, { error: { code, message: text, type: 'new_api_error' } });
}

function keyIn(c: HostContext): string {
  const { path } = c.req;
  const header = c.req.header('authorization') ?? '';
  const bare = header.replace(/^Bearer /i, '');
  const other =
    path.includes('/v1/messages') || path.includes('/v1/models')
      ? c.req.header('x-api-key')
      : path.startsWith('/v1beta/')
        ? (c.req.header('x-goog-api-key') ?? c.req.query('key'))
        : undefined;
  return (other || bare).trim().replace(/^sk-/, '');
}

/** The caller of a gateway request: `sk-<token>`, or `sk-<token>-<channel>` of an admin. Throws what clients get. */
export function authenticate(host: Host, c: HostContext): Caller {
  const [key = '', channel] = keyIn(c).split('-');
  const token = [...host.state.tokens.values()].find((row) => row.key === key);
  const user = host.state.users.get(token?.user_id ?? 0);
  const isOver = token !== undefined && token.expired_time > 0 && token.expired_time < host.seconds();
  if (token === undefined || user === undefined || token.status !== 1 || isOver)
    throw gatewayRefusal(c, 401, 'Invalid token');
  if (user.status !== 1) throw gatewayRefusal(c, 403, 'User has been banned');
  if (token.group !== '') {
    if (!mayUse(host, user, token.group)) throw gatewayRefusal(c, 403, `无权访问 ${token.group} 分组`);
    if (groupRatios(host)[token.group] === undefined) throw gatewayRefusal(c, 403, `分组 ${token.group} 已被弃用`);
  }
  if (channel !== undefined && user.role < roles.admin) throw gatewayRefusal(c, 403, '普通用户不支持指定渠道');
  const pinned = channel === undefined ? undefined : Number(channel);
  return { token, user, group: token.group || user.group, pinned };
}
