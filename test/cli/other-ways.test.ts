import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox, type Sandbox } from '../support/start-sandbox.ts';
import { importWords, workplace, type Workplace } from '../support/binary.ts';
import { holdings } from '../support/import-run.ts';
import { deadKey as dead, goodKeys } from '../support/keys.ts';

let place: Workplace;
let host: Sandbox;
beforeAll(async () => {
  place = await workplace();
  await place.write('keys.txt', [goodKeys[0], dead, goodKeys[1]].join('\n'));
});
afterAll(() => place.remove());
afterEach(() => host.stop());

const login = () => ({ env: { RELAY_ADMIN_KEY: host.adminKey } });
const run = (...more: string[]) => place.run(importWords(host, ...more), login());
const said = (stderr: string, line: string) => {
  const command = stderr.split('\n').find((each) => each.startsWith(line));
  return place.run(command?.slice(line.length).split(' ').slice(1) ?? [], login());
};

describe('an import with a key that fails', () => {
  it('names the command that keeps the others, and that one the command for what failed', async () => {
    host = await startSandbox();
    const strict = await run();
    expect(strict).toMatchObject({ exitCode: 4 });
    const partial = await said(strict.stderr, 'To keep the keys that work: relay');
    expect(partial).toMatchObject({ exitCode: 5, stderr: expect.stringContaining('2 of 3 accounts serve') as unknown });
    // The two that the next run leaves alone serve as well.
    const again = await said(partial.stderr, 'Only those that failed, once they work: relay');
    expect(again).toMatchObject({ exitCode: 5, stderr: expect.stringContaining('2 of 3 accounts serve') as unknown });
    expect((await place.report()).keys.map(({ line }) => line)).toEqual([2]);
    for (const account of host.state.accounts.values())
      if (account.credentials['api_key'] === dead) account.credentials['api_key'] = 'sk-good-eeeeeeeeeeeeeeeee5';
    expect(await said(again.stderr, 'Only those that failed, once they work: relay')).toMatchObject({ exitCode: 0 });
  });

  it('is told what to do for each import of a file, before all are given again', async () => {
    host = await startSandbox();
    await place.write('imports.yaml', `imports: [{ pack: kimi, keys: keys.txt, baseUrl: "${host.vendorUrl}/v1" }]`);
    const several = await place.run(['import', '--file', 'imports.yaml', '--host', host.url], login());
    expect(several.exitCode).toBe(4);
    const lines = several.stderr.split('\n');
    expect(lines).toContainEqual(expect.stringMatching(/^ {2}To do: Replace the key\./));
    expect(lines).toContainEqual('  To keep the keys that work: write "mode: partial" for it into the file');
    expect(lines.at(-1)).toMatch(/^Next: relay import .*--file imports\.yaml/);
  });
});

describe('an import that the host refuses', () => {
  it.each([
    [500, 'try again later'],
    [400, 'Remove the reason that the host gives'],
  ])('with %i says what to do, and the summary says why', async (status, hint) => {
    host = await startSandbox({
      faults: [{ method: 'POST', path: '/api/v1/admin/accounts/batch', fault: 'status', status, times: 0 }],
    });
    const refused = await run('--batch-size', '5');
    expect(refused.exitCode).toBe(4);
    expect(refused.stdout).toMatch(/\n✖ WRITE_REFUSED: [^✖!]*\/batch with/);
    expect(refused.stdout).not.toContain('tests:');
    expect(refused.stderr.split('\n').at(-2)).toMatch(new RegExp(`^To do: .*${hint}`));
  });
});

it('of a partial import that ends with 5 for lines without a key names them, and what to do', async () => {
  host = await startSandbox();
  await place.write('lines.txt', [goodKeys[0], 'a b', 'short'].join('\n'));
  const done = await run('--mode', 'partial', '--keys', 'lines.txt');
  expect(done.exitCode).toBe(5);
  expect(done.stdout).toContain('! KEYS_MALFORMED: 2 lines hold no key and are left out: line 2 ');
  expect(done.stderr).toMatch(
    /\nKEYS_MALFORMED: 2 lines hold no key[^]*\nTo do: Correct the line, or take it out of the key file\.\nNext: relay import /,
  );
});

it('of accounts that fail for one code and different reasons says which failed for which', async () => {
  host = await startSandbox();
  await place.write(
    'refused.txt',
    ['sk-dead-aaaaaaaaaaaaaaaaa1', 'sk-forbidden-bbbbbbbbbbbbb2', goodKeys[0]].join('\n'),
  );
  const { stdout } = await run('--mode', 'partial', '--keys', 'refused.txt');
  expect(stdout).toMatch(
    /\n✖ KEY_REFUSED: kimi-cn-01 \(line 1\): API returned 401[^✖]*\n✖ KEY_REFUSED: kimi-cn-02 \(line 2\): [^✖]*403/,
  );
});

describe('an import of only what failed before', () => {
  it('tries again the keys that failed, touches no other, and says 0 when none is left', async () => {
    host = await startSandbox();
    expect((await run('--mode', 'partial', '--report', 'first.json')).exitCode).toBe(5);
    const still = await run('--mode', 'partial', '--only-failed', '--from-report', 'first.json', '--no-report');
    expect(still.exitCode).toBe(5);
    expect(still.stderr).toMatch(/\nNext: [^\n]*relay import (?!.*--only-failed).* --accounts append$/);
    // The vendor has mended the key.
    const account = [...host.state.accounts.values()].find((each) => each.credentials['api_key'] === dead);
    const from = host.requests.length;
    account!.credentials['api_key'] = 'sk-good-eeeeeeeeeeeeeeeeeeeeee5';
    const again = await run('--mode', 'partial', '--only-failed', '--from-report', 'first.json');
    expect(again.exitCode).toBe(0);
    const report = await place.report();
    expect(report.keys.map((key) => [key.line, key.outcome])).toEqual([[2, 'updated']]);
    expect(report.summary).toMatchObject({ lines: 1, accepted: 1, passed: 1, removed: 0 });
    const tested = host.requests.slice(from).filter((request) => request.path.endsWith('/test'));
    expect(tested.map((request) => request.path)).toEqual([`/api/v1/admin/accounts/${account!.id}/test`]);
    expect(holdings(host)).toMatchObject({ accounts: ['kimi-cn-01', 'kimi-cn-02', 'kimi-cn-03'] });
    expect((await run('--only-failed', '--from-report', 'relay-report.json', '--no-report')).exitCode).toBe(0);
  });

  it('is refused where the keys that failed were replaced, with what to do instead', async () => {
    host = await startSandbox();
    await run('--mode', 'partial', '--report', 'first.json');
    await place.write('new-keys.txt', ['sk-good-new-11111111111111', 'sk-good-new-22222222222222'].join('\n'));
    const from = host.requests.length;
    const refused = await run('--keys', 'new-keys.txt', '--only-failed', '--from-report', 'first.json');
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('REPORT_DIFFERS') as unknown });
    expect(refused.stderr).toContain(
      'Of 1 key that failed in the report first.json, none is in new-keys.txt any more.',
    );
    expect(host.requests.length).toBe(from);
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
