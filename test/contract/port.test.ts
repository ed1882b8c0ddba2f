import { hostSettings } from '../../src/config/host-settings.ts';
import { systemClock } from '../../src/core/clock.ts';
import { accessModes } from '../../src/core/modes.ts';
import { Redactor } from '../../src/core/secrets/redactor.ts';
import { Secret } from '../../src/core/secrets/secret.ts';
import { hostKinds, kindOf } from '../../src/host/catalog.ts';
import { connectNewApi } from '../../src/host/new-api/session/connect.ts';
import { memoryHost } from '../../src/host/memory/memory-host.ts';
import { newWorld } from '../../src/host/memory/world.ts';
import {
  startCliProxy,
  startNewApi,
  startSandbox,
  type CliProxy,
  type NewApi,
  type Sandbox,
} from '../support/start-sandbox.ts';
import { quickClock } from '../support/clocks.ts';
import { newApiContract } from './new-api-contract.ts';
import { portContract, type OpenedPort } from './port-contract.ts';

const model = 'kimi-k2.6';
const keys = {
  good: ['sk-good-port-00000001', 'sk-good-port-00000002', 'sk-good-port-00000003', 'sk-good-port-00000005'],
  dead: 'sk-dead-port-000000004',
};
const http = { userAgent: 'relay/test', timeoutMs: 30_000, redactor: new Redactor() };

/** A sandbox as relay finds it. */
async function portOf(sandbox: Sandbox | NewApi | CliProxy): Promise<OpenedPort> {
  const options = { ...http, baseUrl: sandbox.url, clock: quickClock() };
  const { connect } = await kindOf(hostKinds, undefined, options);
  return {
    host: await connect(options, { key: new Secret(sandbox.adminKey) }),
    baseUrl: `${sandbox.vendorUrl}/v1`,
    model,
    keys,
    close: () => sandbox.stop(),
  };
}

portContract('the host in memory', async () => ({
  host: memoryHost(
    newWorld(new Secret('memory-admin-key'), () => Date.now()),
    'http://memory.test',
  ),
  baseUrl: 'https://vendor.example/v1',
  model,
  keys,
  close: async () => undefined,
}));

for (const hostVersion of ['0.1.129', '0.1.179'] as const)
  for (const access of accessModes)
    portContract(
      `the sandbox as sub2api ${hostVersion}`,
      async () => portOf(await startSandbox({ hostVersion })),
      access,
    );

for (const hostVersion of ['A', 'B'] as const)
  for (const access of accessModes)
    portContract(
      `the sandbox as new-api ${hostVersion}`,
      async () => portOf(await startNewApi({ hostVersion })),
      access,
    );

portContract('the sandbox as CLIProxyAPI', async () => portOf(await startCliProxy()));

const given = process.env['RELAY_TEST_HOST'];
if (given !== undefined && given !== '') {
  const openGiven = async () => {
    const none = { file: null, place: 'none', config: {} } as const;
    const settings = await hostSettings({ host: given }, process.env, none, process.stdin);
    if (settings.kind === 'sandbox') throw new Error('RELAY_TEST_HOST must be a URL');
    // Only its vendor is used; the host must be able to reach this machine.
    const vendor = await startSandbox();
    const options = { ...http, baseUrl: settings.url, clock: systemClock };
    const { connect } = await kindOf(hostKinds, settings.hostKind, options);
    return {
      host: await connect(options, settings.login),
      baseUrl: `${vendor.vendorUrl}/v1`,
      model,
      keys,
      close: () => vendor.stop(),
    };
  };
  for (const access of accessModes) portContract(`the host at ${given}`, openGiven, access);
}

for (const hostVersion of ['A', 'B'] as const)
  newApiContract(`the sandbox as ${hostVersion}`, async () => {
    const sandbox = await startNewApi({ hostVersion });
    const options = { ...http, baseUrl: sandbox.url, clock: quickClock() };
    return {
      host: await connectNewApi(options, { key: new Secret(sandbox.adminKey) }),
      adminKey: sandbox.adminKey,
      vendorUrl: sandbox.vendorUrl,
      close: () => sandbox.stop(),
    };
  });

// In this file as well: of two who write options at once, one loses.
if (given !== undefined && given !== '') {
  const options = { ...http, baseUrl: given, clock: systemClock };
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
