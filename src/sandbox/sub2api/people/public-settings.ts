import type { Host } from '../host.ts';
import type { JsonObject } from '../../json-object.ts';

/** What `/api/v1/settings/public` tells everybody, as far as it says how to log in, and where one is. */
export function publicSettings({ features, settings }: Host): JsonObject {
  return {
    ...(features.newerFields ? { tencent_captcha_enabled: false, aliyun_captcha_enabled: false } : {}),
    site_name: 'Sub2API',
    turnstile_enabled: settings.turnstile_enabled,
    backend_mode_enabled: settings.backend_mode_enabled,
    version: settings.version,
  };
}
