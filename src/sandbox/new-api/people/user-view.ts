import type { JsonObject } from '../../json-object.ts';
import type { User } from '../rows.ts';

/** A user as the host shows one: without password and access token. */
export function userView(user: User): JsonObject {
  const { password: _password, access_token: _token, sensitive_write: _permission, remark, ...shown } = user;
  return {
    ...shown,
    ...(remark === '' ? {} : { remark }),
    password: '',
    original_password: '',
    github_id: '',
    discord_id: '',
    oidc_id: '',
    wechat_id: '',
    telegram_id: '',
    verification_code: '',
    aff_code: '',
    aff_count: 0,
    aff_quota: 0,
    aff_history_quota: 0,
    inviter_id: 0,
    DeletedAt: null,
    linux_do_id: '',
    setting: '',
    stripe_customer: '',
  };
}
