import { connectSub2api } from '../../src/host/sub2api/session/connect.ts';
import { startSandbox } from '../support/start-sandbox.ts';
import { Redactor } from '../../src/core/secrets/redactor.ts';
import { Secret } from '../../src/core/secrets/secret.ts';
import { quickClock } from '../support/clocks.ts';
import { hostContract } from './host-contract.ts';

for (const hostVersion of ['0.1.129', '0.1.179'] as const) {
  hostContract(`the sandbox as sub2api ${hostVersion}`, async () => {
    const sandbox = await startSandbox({ hostVersion });
    const options = {
      baseUrl: sandbox.url,
      userAgent: 'relay/test',
      timeoutMs: 10_000,
      clock: quickClock(),
      redactor: new Redactor(),
    };
    return {
      host: await connectSub2api(options, { key: new Secret(sandbox.adminKey) }),
      vendorUrl: sandbox.vendorUrl,
      close: () => sandbox.stop(),
    };
  });
}
