import { success } from '../envelope.ts';
import { json } from '../../reply.ts';
import type { Host, HostApp } from '../host.ts';
import { publicSettings } from './public-settings.ts';
import { newAdminKey } from '../state.ts';

/** Health, set-up state, public settings, version and the admin key. */
export function addSystemRoutes(app: HostApp, host: Host): void {
  const { state } = host;
  app.get('/health', () => json(200, { status: 'ok' }));
  app.get('/setup/status', () =>
    json(200, { code: 0, data: { needs_setup: host.needsSetup, step: host.needsSetup ? 'welcome' : 'completed' } }),
  );
  app.get('/api/v1/settings/public', () => success(publicSettings(host)));
  app.get('/api/v1/admin/system/version', () => success({ version: host.settings.version }));
  app.get('/api/v1/admin/settings', () => {
    const { turnstile_enabled, backend_mode_enabled, step_up_enabled } = host.settings;
    return success({
      turnstile_enabled,
      backend_mode_enabled,
      ...(host.features.newerFields ? { step_up_enabled } : {}),
    });
  });
  const keyPath = '/api/v1/admin/settings/admin-api-key';
  app.get(keyPath, () => {
    const key = state.adminKey;
    return success({ exists: true, masked_key: `${key.slice(0, 10)}...${key.slice(-4)}` });
  });
  app.post(`${keyPath}/regenerate`, () => {
    state.adminKey = newAdminKey();
    return success({ key: state.adminKey });
  });
}
