import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { hostKindNames } from '../../src/core/host-kinds.ts';
import { cliproxyapiCapabilities } from '../../src/host/cliproxyapi/cliproxyapi-host.ts';
import { newApiCapabilities } from '../../src/host/new-api/new-api-host.ts';
import { publicSettingsWire } from '../../src/host/sub2api/api/wire.ts';
import { capabilitiesOf } from '../../src/host/sub2api/session/version.ts';
import { withCapabilities } from '../support/capabilities-table.ts';

const page = fileURLToPath(new URL('../../docs/hosts.md', import.meta.url));

/** Each kind as it is where its operator has changed nothing. */
const hosts = {
  sub2api: capabilitiesOf('0.1.179', publicSettingsWire.parse({ version: '0.1.179' })),
  'new-api': newApiCapabilities,
  cliproxyapi: cliproxyapiCapabilities,
};

it('docs/hosts.md shows what each host can do; npm run docs makes it anew', async () => {
  expect(Object.keys(hosts)).toEqual([...hostKindNames]);
  await expect(withCapabilities(await readFile(page, 'utf8'), hosts)).toMatchFileSnapshot(page);
});
