import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { workplace, type Workplace } from '../../support/binary.ts';
import { cliProxies } from '../../support/sandboxes.ts';
import { writesOf } from '../../support/cliproxyapi-ports.ts';
import type { CliProxy } from '../../support/start-sandbox.ts';

const start = cliProxies();
let place: Workplace;
beforeEach(async () => {
  place = await workplace();
});
afterEach(() => place.remove());

const env = (host: CliProxy, adminKey = host.adminKey) => ({
  RELAY_HOST: host.url,
  RELAY_ADMIN_KEY: adminKey,
  RELAY_STATE_DIR: join(place.folder, 'state'),
});

async function importing(host: CliProxy, words: readonly string[], ...args: string[]) {
  await place.write('keys.txt', words.map((word) => `sk-${word}-cliproxyapi-runs`).join('\n'));
  const upstream = ['--access', 'self-service', '--base-url', `${host.vendorUrl}/v1`, '--allow-http'];
  return place.run(['import', '--pack', 'kimi', '--keys', 'keys.txt', '--yes', ...upstream, ...args], {
    env: env(host),
  });
}

describe('an import into a CLIProxyAPI', () => {
  it.each(['loseNextWrites', 'failNextSaves', 'emptyNextReads'] as const)(
    'ends well, with its key in the file, whatever comes of %s',
    async (setting) => {
      const host = await start();
      host.settings[setting] = 1;
      const { exitCode, stderr } = await importing(host, ['good-one']);
      expect([exitCode, stderr]).toEqual([0, expect.not.stringContaining('Error')]);
      expect(host.state.file).toContain('sk-good-one-cliproxyapi-runs');
      expect(host.state.file).not.toContain('relay-probe-');
      expect((await place.run(['remove', '--pack', 'kimi', '--yes'], { env: env(host) })).exitCode).toBe(0);
      expect(host.state.config['openai-compatibility']).toEqual([]);
      expect(host.state.config['api-keys']).toEqual([host.clientKey]);
    },
  );

  it('changes nothing once somebody else has come into its way', async () => {
    const host = await start();
    await importing(host, ['good-one']);
    const [own] = host.state.config['openai-compatibility'];
    if (own === undefined) throw new Error('nothing was made');
    host.state.config['openai-compatibility'] = [own, { ...own, name: 'copy' }];
    host.requests.length = 0;
    const { exitCode, stderr } = await importing(host, ['good-one', 'good-two']);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('NAME_AMBIGUOUS')]);
    expect(writesOf(host)).toEqual([]);
  });
});

describe('a wrong management key', () => {
  it('is tried once by each command, of which the sixth is told of the ban', async () => {
    const host = await start({ bans: true });
    const ask = () => place.run(['status', '--pack', 'kimi'], { env: env(host, 'a-key-of-another-host-01') });
    for (let command = 1; command <= 5; command += 1) {
      const { exitCode, stderr } = await ask();
      expect([exitCode, stderr]).toEqual([3, expect.stringContaining('invalid management key')]);
    }
    const tried = host.requests.filter(({ path }) => path.startsWith('/v0/'));
    expect(tried.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401]);
    const { exitCode, stderr } = await ask();
    expect([exitCode, stderr]).toEqual([3, expect.stringMatching(/locked this address out[\s\S]*Wait half an hour/)]);
  });
});
