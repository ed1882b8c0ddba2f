import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox, type Sandbox } from '../../src/sandbox/start-sandbox.ts';
import { importWords, workplace, type Workplace } from '../support/binary.ts';

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
    expect(lines.at(-1)).toMatch(/^Next: do what is said of each, then: relay import .*--file imports\.yaml/);
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
    expect(refused.stderr.split('\n').at(-1)).toContain(hint);
  });
});
