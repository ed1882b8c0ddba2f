import { describe, it } from 'vitest';
import { hostSettings } from '../../src/config/host-settings.ts';
import { connectSub2api } from '../../src/host/sub2api/session/connect.ts';
import { hostKinds, kindOf } from '../../src/host/catalog.ts';
import { startSandbox } from '../support/start-sandbox.ts';
import { systemClock } from '../../src/core/clock.ts';
import { Redactor } from '../../src/core/secrets/redactor.ts';
import { hostContract } from './host-contract.ts';

const given = process.env['RELAY_TEST_HOST'];

const kind =
  given === undefined || given === ''
    ? undefined
    : await kindOf(hostKinds, undefined, {
        baseUrl: given,
        userAgent: 'relay/test',
        timeoutMs: 30_000,
        clock: systemClock,
        redactor: new Redactor(),
      });

if (kind?.kind !== 'sub2api') {
  describe('a sub2api given by RELAY_TEST_HOST', () => {
    it.skip('is not given: set RELAY_TEST_HOST and an admin login, such as RELAY_ADMIN_KEY');
  });
} else {
  hostContract(`the host at ${given}`, async () => {
    const settings = await hostSettings(
      { host: given },
      process.env,
      { file: null, place: 'none', config: {} },
      process.stdin,
    );
    if (settings.kind === 'sandbox') throw new Error('RELAY_TEST_HOST must be a URL');
    // Only its vendor is used; the host must be able to reach this machine.
    const vendor = await startSandbox();
    const options = {
      baseUrl: settings.url,
      userAgent: 'relay/test',
      timeoutMs: 30_000,
      clock: systemClock,
      redactor: new Redactor(),
    };
    return {
      host: await connectSub2api(options, settings.login),
      vendorUrl: vendor.vendorUrl,
      mayKeepKeysBack: true,
      close: () => vendor.stop(),
    };
  });
}
