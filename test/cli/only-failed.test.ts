import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox, type Sandbox } from '../../src/sandbox/start-sandbox.ts';
import { importWords, workplace, type Workplace } from '../support/binary.ts';
import { holdings } from '../support/import-run.ts';

const good = ['sk-good-aaaaaaaaaaaaaaaaaaaa1', 'sk-good-bbbbbbbbbbbbbbbbbbbb2'];
const dead = 'sk-dead-dddddddddddddddddddd4';

let place: Workplace;
let host: Sandbox;
beforeAll(async () => {
  place = await workplace();
  await place.write('keys.txt', [good[0], dead, good[1]].join('\n'));
});
afterAll(() => place.remove());
afterEach(() => host.stop());

const run = (...more: string[]) => place.run(importWords(host, ...more), { env: { RELAY_ADMIN_KEY: host.adminKey } });

describe('an import of only what failed before', () => {
  it('tries again the keys that failed, touches no other, and says 0 when none is left', async () => {
    host = await startSandbox();
    expect((await run('--mode', 'partial', '--report', 'first.json')).exitCode).toBe(5);
    const still = await run('--mode', 'partial', '--only-failed', '--from-report', 'first.json', '--no-report');
    expect(still.exitCode).toBe(5);
    // The vendor has mended the key.
    const account = [...host.state.accounts.values()].find((each) => each.credentials['api_key'] === dead);
    const from = host.requests.length;
    account!.credentials['api_key'] = 'sk-good-eeeeeeeeeeeeeeeeeeeeee5';
    const again = await run('--mode', 'partial', '--only-failed', '--from-report', 'first.json');
    expect(again.exitCode).toBe(0);
    const report = await place.report();
    expect(report.keys.map((key) => [key.line, key.outcome])).toEqual([[2, 'unchanged']]);
    expect(report.summary).toMatchObject({ lines: 1, accepted: 1, passed: 1, removed: 0 });
    const tested = host.requests.slice(from).filter((request) => request.path.endsWith('/test'));
    expect(tested.map((request) => request.path)).toEqual([`/api/v1/admin/accounts/${account!.id}/test`]);
    expect(holdings(host)).toMatchObject({ accounts: ['kimi-cn-01', 'kimi-cn-02', 'kimi-cn-03'] });
    expect((await run('--only-failed', '--from-report', 'relay-report.json', '--no-report')).exitCode).toBe(0);
  });

  it.each([
    ['of another host', { host: { url: 'https://other.example' } }, 'REPORT_DIFFERS'],
    ['of another provider', { provider: { id: 'deepseek' } }, 'REPORT_DIFFERS'],
    ['of another access mode', { accessMode: 'self_service' }, 'REPORT_DIFFERS'],
    ['of a newer form', { schema: 'relay.import-report/3' }, 'relay.import-report/3'],
    ['that is none', { schema: 'something else' }, 'REPORT_UNREADABLE'],
  ])('is refused for a report %s', async (_, changes, told) => {
    host = await startSandbox();
    const report = {
      schema: 'relay.import-report/2',
      host: { url: host.url },
      provider: { id: 'kimi-cn' },
      accessMode: 'subscription',
      keys: [],
      ...changes,
    };
    await place.write('other.json', JSON.stringify(report));
    const refused = await run('--only-failed', '--from-report', 'other.json');
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(told) as unknown });
    expect(host.requests).toEqual([]);
  });

  it.each([
    [['--only-failed']],
    [['--from-report', 'x.json']],
    [['--only-failed', '--from-report', 'x', '--accounts', 'replace']],
  ])('is refused with %j', async (args) => {
    host = await startSandbox();
    expect(await run(...args)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('belong together') as unknown,
    });
  });
});
