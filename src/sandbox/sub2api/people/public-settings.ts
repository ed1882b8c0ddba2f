import type { Host } from '../host.ts';
import type { JsonObject } from '../../json-object.ts';

const documents = [
  ['terms', '服务条款'],
  ['usage-policy', '使用政策'],
  ['supported-regions', '支持的国家和地区'],
  ['service-specific-terms', '服务特定条款'],
].map(([id, title]) => ({ id, title, content_md: '' }));

const offBoth = [
  'registration_enabled',
  'email_verify_enabled',
  'force_email_on_third_party_signup',
  'password_reset_enabled',
  'invitation_code_enabled',
  'totp_enabled',
  'login_agreement_enabled',
  'hide_ccs_import_button',
  'purchase_subscription_enabled',
  'dingtalk_oauth_enabled',
  'linuxdo_oauth_enabled',
  'wechat_oauth_enabled',
  'wechat_oauth_open_enabled',
  'wechat_oauth_mp_enabled',
  'wechat_oauth_mobile_enabled',
  'oidc_oauth_enabled',
  'github_oauth_enabled',
  'google_oauth_enabled',
  'payment_enabled',
  'balance_low_notify_enabled',
  'account_quota_notify_enabled',
  'available_channels_enabled',
  'affiliate_enabled',
  'risk_control_enabled',
];
const offLater = [
  'registration_email_domain_quota_enabled',
  'passkey_enabled',
  'tencent_captcha_enabled',
  'aliyun_captcha_enabled',
  'compact_home_enabled',
  'channel_monitor_show_quota',
  'model_plaza_enabled',
  'model_plaza_require_auth',
  'allow_user_view_error_requests',
];
const emptyBoth = [
  'turnstile_site_key',
  'site_logo',
  'api_base_url',
  'contact_info',
  'doc_url',
  'home_content',
  'purchase_subscription_url',
  'balance_low_notify_recharge_url',
];
const emptyLater = ['tencent_captcha_app_id', 'aliyun_captcha_scene_id', 'aliyun_captcha_prefix'];

function all(names: readonly string[], value: unknown): JsonObject {
  return Object.fromEntries(names.map((name) => [name, value]));
}

/** What `/api/v1/settings/public` tells everybody. */
export function publicSettings(host: Host): JsonObject {
  const later = {
    ...all(offLater, false),
    ...all(emptyLater, ''),
    tencent_captcha_region: 'cn',
    aliyun_captcha_region: 'cn',
    server_timezone: 'UTC',
    server_utc_offset: '+00:00',
    channel_monitor_mode: 'v1',
    channel_monitor_hide_throughput: true,
  };
  return {
    ...all(offBoth, false),
    ...all(emptyBoth, ''),
    ...(host.features.newerFields ? later : { sora_client_enabled: false }),
    registration_email_suffix_whitelist: [],
    promo_code_enabled: true,
    login_agreement_mode: 'modal',
    login_agreement_updated_at: '2026-03-31',
    login_agreement_revision: '0eff189d66e0af4e',
    login_agreement_documents: documents,
    site_name: 'Sub2API',
    site_subtitle: 'Subscription to API Conversion Platform',
    table_default_page_size: 20,
    table_page_size_options: [10, 20, 50],
    custom_menu_items: [],
    custom_endpoints: [],
    oidc_oauth_provider_name: 'OIDC',
    balance_low_notify_threshold: 0,
    channel_monitor_enabled: true,
    channel_monitor_default_interval_seconds: 60,
    turnstile_enabled: host.settings.turnstile_enabled,
    backend_mode_enabled: host.settings.backend_mode_enabled,
    version: host.settings.version,
  };
}
