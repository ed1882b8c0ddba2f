import { hostSettings } from '../../src/config/host-settings.ts';
import { systemClock } from '../../src/core/clock.ts';
import { Redactor } from '../../src/core/secrets/redactor.ts';
import { Secret } from '../../src/core/secrets/secret.ts';
import { hostKinds, kindOf } from '../../src/host/catalog.ts';
import { connectNewApi } from '../../src/host/new-api/session/connect.ts';
import { startNewApi, startSandbox } from '../support/start-sandbox.ts';
import { quickClock } from '../support/clocks.ts';
import { newApiContract } from './new-api-contract.ts';

const http = { userAgent: 'relay/test', timeoutMs: 30_000 };

for (const hostVersion of ['A', 'B'] as const)
  newApiContract(`the sandbox as ${hostVersion}`, async () => {
    const sandbox = await startNewApi({ hostVersion });
    const options = { ...http, baseUrl: sandbox.url, clock: quickClock(), redactor: new Redactor() };
    return {
      host: await connectNewApi(options, { key: new Secret(sandbox.adminKey) }),
      adminKey: sandbox.adminKey,
      vendorUrl: sandbox.vendorUrl,
      close: () => sandbox.stop(),
    };
  });

const given = process.env['RELAY_TEST_HOST'] ?? '';
if (given !== '') {
  const options = { ...http, baseUrl: given, clock: systemClock, redactor: new Redactor() };
  const { kind } = await kindOf(hostKinds, undefined, options);
  if (kind === 'new-api')
    newApiContract(`the host at ${given}`, async () => {
      const none = { file: null, place: 'none', config: {} } as const;
      const settings = await hostSettings({ host: given }, process.env, none, process.stdin);
      if (settings.kind === 'sandbox' || !('key' in settings.login)) throw new Error('an access token is needed');
      // Only its vendor is used; the host must be able to reach this machine.
      const vendor = await startSandbox();
      return {
        host: await connectNewApi(options, settings.login),
        adminKey: settings.login.key.open(),
        vendorUrl: vendor.vendorUrl,
        close: () => vendor.stop(),
      };
    });
}
