import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSandbox, type Sandbox } from '../support/start-sandbox.ts';
import { importWords, workplace, type Workplace } from '../support/binary.ts';

const keys = ['sk-good-saved-plan-00000001', 'sk-good-saved-plan-00000002'];

let place: Workplace;
let host: Sandbox;
beforeEach(async () => {
  place = await workplace();
  host = await startSandbox();
  await place.write('keys.txt', keys.join('\n'));
});
afterEach(async () => {
  await host.stop();
  await place.remove();
});

const run = (...args: string[]) => place.run(args, { env: { RELAY_ADMIN_KEY: host.adminKey } });
const save = (...more: string[]) => run('plan', ...importWords(host, ...more).slice(1), '--out', 'plan.json');
const carryOut = (...more: string[]) => run('import', '--plan', 'plan.json', '--keys', 'keys.txt', ...more);
const names = () => [...host.state.accounts.values()].map(({ name }) => name);
const textOf = () => readFile(join(place.folder, 'plan.json'), 'utf8');

describe('a plan that is saved', () => {
  it('is carried out with its keys and nothing else, and holds none of them', async () => {
    expect((await save('--user', 'user@relay.test=7')).exitCode).toBe(0);
    const text = await textOf();
    for (const key of keys) expect(text).not.toContain(key);
    expect(names()).toEqual([]);
    const done = await carryOut();
    expect(done).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('is live on') as unknown });
    expect(names()).toHaveLength(2);
    expect(done.stdout).toContain('access for user@relay.test');
  });

  it('removes without a question what it shows', async () => {
    await run(...importWords(host));
    await place.write('keys.txt', `${keys[0]}\n`);
    expect((await save()).exitCode).toBe(0);
    expect(await carryOut()).toMatchObject({ exitCode: 0 });
    expect(names()).toHaveLength(1);
  });

  it('is refused once the host would get other steps, and says which', async () => {
    await save();
    await place.write('one.txt', `${keys[0]}\n`);
    await run(...importWords(host, '--keys', 'one.txt'));
    const refused = await carryOut();
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toMatch(/PLAN_DIFFERS[^]*\n {2}group relay-\S+: create → unchanged \d+\n/);
    expect(refused.stderr).toContain('\n  the staging group: nothing → check\n');
    expect(names()).toHaveLength(1);
  });

  it('is refused where an account would get another key, and says which', async () => {
    await save();
    await place.write('two.txt', `${keys[1]}\n`);
    await run(...importWords(host, '--keys', 'two.txt'));
    expect((await carryOut()).stderr).toMatch(
      /\n {2}account kimi-cn-02: line 2, key sha256:\S+ \(…0002\) → line 1, key sha256:\S+ \(…0001\)\n/,
    );
  });

  it('is refused once it is carried out, and for other keys than its own', async () => {
    await save();
    await place.write('other.txt', 'sk-good-other-1111111111111111\n');
    const other = await run('import', '--plan', 'plan.json', '--keys', 'other.txt');
    expect(other).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('RUN_KEYS_DIFFER') as unknown });
    expect(other.stderr).toContain('The key file is not the one of the plan plan.json: 2 missing, 1 new.');
    expect((await carryOut()).exitCode).toBe(0);
    const again = await carryOut();
    expect(again.exitCode).toBe(2);
    expect(again.stderr).toMatch(/\n {2}account kimi-cn-01: create → unchanged \d+\n {2}account/);
    expect(again.stderr).toContain('\n  the gateway: check → nothing\n');
  });

  it('is carried out all the same when only something else has changed there', async () => {
    await save();
    await run(...importWords(host, '--access', 'self-service'));
    expect((await carryOut()).exitCode).toBe(0);
  });

  it.each<[string, (text: string) => string, string]>([
    ['somebody has edited it', (text) => text.replace('"mode": "strict"', '"mode": "partial"'), 'was edited'],
    [
      'it is of another relay',
      (text) => text.replaceAll(/"relayVersion": "[^"]*"/g, '"relayVersion": "9.9.9"'),
      'edited',
    ],
    ['it is none', () => '{"schema":"relay.report/1"}', 'is no plan'],
    ['it is no JSON', () => 'hello', 'is no plan'],
  ])('is refused when %s', async (_, change, message) => {
    await save();
    await writeFile(join(place.folder, 'plan.json'), change(await textOf()));
    const refused = await carryOut();
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(message) as unknown });
    expect(refused.stderr).toContain('PLAN_UNUSABLE');
    expect(names()).toEqual([]);
  });

  it.each([
    [['--mode', 'partial'], '--mode cannot stand beside --plan'],
    [['--host', 'https://other.example'], '--host cannot stand beside --plan'],
    [['--adopt'], '--adopt cannot stand beside --plan'],
  ])('takes no %j beside it', async (more, message) => {
    await save();
    const refused = await carryOut(...more);
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(message) as unknown });
  });

  it('is refused with other keys, by their lines', async () => {
    await save();
    await place.write('other.txt', 'sk-good-saved-plan-00000009\n');
    const refused = await run('import', '--plan', 'plan.json', '--keys', 'other.txt');
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('RUN_KEYS_DIFFER') as unknown });
  });

  it('is not written over the key file, nor for several imports', async () => {
    expect((await save('--out', 'keys.txt')).exitCode).toBe(2);
    const over = await run('plan', ...importWords(host).slice(1), '--out', 'keys.txt');
    expect(over).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('would overwrite') as unknown });
    await place.write('imports.yaml', 'imports: []\n');
    const several = await run('plan', '--file', 'imports.yaml', '--out', 'plan.json', '--host', host.url);
    expect(several).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('single import') as unknown });
  });
});
