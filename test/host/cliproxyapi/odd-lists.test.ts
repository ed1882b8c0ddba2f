import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/core/secrets/secret.ts';
import { cliproxyapiKind } from '../../../src/host/cliproxyapi/kind.ts';
import { listNames } from '../../../src/host/cliproxyapi/lists/units.ts';
import { aKeySpec, cliProxyPorts, create } from '../../support/cliproxyapi-ports.ts';
import { refusal } from '../../support/refusal.ts';

const start = cliProxyPorts();
const key = 'first-upstream-key-01';
const odd = [[7], ['word'], [null], [{ headers: { 'X-A': {} } }], [{ models: 'all' }], [{ 'base-url': {} }]];

describe('a list of a CLIProxyAPI in a form that relay does not know', () => {
  it.each(listNames.flatMap((list) => [...odd, {}, 7].map((value) => [list, value] as const)))(
    'is told as that: %s %j',
    async (list, value) => {
      const { open, sandbox } = await start();
      const host = await open();
      const path = `/v0/management/${list}`;
      sandbox.addFault({ method: 'GET', path, fault: 'status', status: 200, body: { [list]: value }, times: 0 });
      expect(await refusal(host.reads.accounts())).toMatchObject({ code: 'HOST_REPLY_UNEXPECTED' });
    },
  );

  it.each(listNames.flatMap((list) => odd.map((value) => [list, value] as const)))(
    'is told as that when the file holds it: %s %j',
    async (list, value) => {
      const { open, sandbox } = await start();
      const host = await open();
      const body = JSON.stringify({ 'api-keys': [], [list]: value });
      sandbox.addFault({ path: '/v0/management/config.yaml', fault: 'status', status: 200, body, times: 0 });
      expect(await create(host, key, aKeySpec(sandbox, key))).toMatchObject({
        status: 'unknown',
        failure: { code: 'HOST_REPLY_UNEXPECTED', message: 'The configuration file of the host cannot be read.' },
      });
    },
  );

  it.each(listNames)('is none when it is null, or missing in the file: %s', async (list) => {
    const { open, sandbox } = await start();
    const path = `/v0/management/${list}`;
    sandbox.addFault({ method: 'GET', path, fault: 'status', status: 200, body: { [list]: null }, times: 0 });
    expect(await (await open()).reads.accounts()).toEqual([]);
  });
});

describe('the configuration file of a CLIProxyAPI', () => {
  it('may hold names and keys that look like numbers, which the host takes for text', async () => {
    const { options, sandbox } = await start();
    // A model called << is written with the tag of what YAML merges.
    const file = `api-keys: [12345678]
openai-compatibility:
  - { name: 5, base-url: https://a.example, headers: { X-A: 1.0 }, api-key-entries: [{ api-key: 007 }], models: [{ name: !!merge <<, alias: !!merge << }] }
`;
    const entry = { name: '5', 'base-url': 'https://a.example', headers: { 'X-A': '1.0' } };
    const list = {
      'openai-compatibility': [
        { ...entry, 'api-key-entries': [{ 'api-key': '007' }], models: [{ name: '<<', alias: '<<' }] },
      ],
    };
    const answer = { method: 'GET', fault: 'status', status: 200, times: 0 } as const;
    sandbox.addFault({ ...answer, path: '/v0/management/config.yaml', body: file });
    sandbox.addFault({ ...answer, path: '/v0/management/openai-compatibility', body: list });
    sandbox.addFault({ ...answer, path: '/v0/management/api-keys', body: { 'api-keys': ['12345678'] } });
    const { checks } = await cliproxyapiKind.diagnose(options, { key: new Secret(sandbox.adminKey) });
    expect(checks.all(['lists'])).toMatchObject([{ state: 'pass' }]);
  });
});
