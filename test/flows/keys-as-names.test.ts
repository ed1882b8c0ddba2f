import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSandbox, type Sandbox } from '../support/start-sandbox.ts';
import { hiddenText } from '../../src/core/secrets/hidden-text.ts';
import { importWords, workplace, type Workplace } from '../support/binary.ts';
import { leaksIn } from '../support/canaries.ts';
import { importInto, rollbackIn } from '../support/import-run.ts';

/** Shaped like no known credential, so that only knowing them can hide them. */
const keys = ['zkgood7Qm9Xv2LpR4tWc8NbHd', 'zkgood5Jf3GsYa6Ue1KoTi0Pz'];
const [first, second] = keys as [string, string];

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox();
});
afterEach(() => sandbox.stop());

/** All that runs have written below a folder, but for the key file. */
async function written(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name !== 'keys.txt');
  return (await Promise.all(files.map((file) => readFile(join(file.parentPath, file.name), 'utf8')))).join('\n');
}

const accounts = () => [...sandbox.state.accounts.values()];
const nameAll = (...names: string[]) => accounts().forEach((account, index) => (account.name = names[index] ?? 'x'));
const names = () => accounts().map((account) => account.name);

describe('accounts that somebody has named by their keys', () => {
  let place: Workplace;
  beforeEach(async () => {
    place = await workplace();
    await place.write('keys.txt', keys.join('\n'));
    await importInto(sandbox, keys);
    nameAll(...keys);
  });
  afterEach(() => place.remove());

  it.each([
    ['status', 0],
    ['probe', 0],
    ['plan', 0],
    ['import', 0],
    ['remove', 0],
  ])('do not tell them: %s (N1, A11)', async (command, exitCode) => {
    const { stdout, stderr, ...run } = await place.run(
      {
        status: ['status', '--pack', 'kimi', '--keys', 'keys.txt', '--host', sandbox.url, '--output', 'json'],
        probe: ['probe', '--pack', 'kimi', '--host', sandbox.url, '--output', 'json'],
        plan: ['plan', ...importWords(sandbox).slice(1), '--output', 'json'],
        import: importWords(sandbox, '--report', 'r.json', '--html', 'r.html', '--markdown', 'r.md', '--verbose'),
        remove: ['remove', '--pack', 'kimi', '--host', sandbox.url, '--yes', '--output', 'json'],
      }[command] ?? [],
      { env: { RELAY_ADMIN_KEY: sandbox.adminKey } },
    );
    expect({ ...run, stderr }).toMatchObject({ exitCode });
    const text = [stdout, stderr, await written(place.folder)].join('\n');
    expect(text).toContain(hiddenText(first));
    expect(leaksIn(text, keys)).toEqual([]);
  });
});

describe('an account that somebody has named by its key', () => {
  let stateDir: string;
  beforeEach(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'relay-names-'));
  });
  afterEach(() => rm(stateDir, { recursive: true }));

  const journalOf = async (run: string) => readFile(join(stateDir, 'runs', `${run}.jsonl`), 'utf8');

  it('is still known by its marker, and keeps its name where nobody asks for another (N4, A11)', async () => {
    await importInto(sandbox, keys);
    nameAll(...keys);
    const { report, plan } = await importInto(sandbox, keys, { stateDir });
    expect(plan.accounts.map(({ action, name }) => [action, name])).toEqual(
      keys.map((key) => ['unchanged', hiddenText(key)]),
    );
    expect(report.exitCode).toBe(0);
    expect(names()).toEqual(keys);
  });

  it('gets the name that the key file gives it (B6, A11)', async () => {
    await importInto(sandbox, keys);
    nameAll(...keys);
    const { report } = await importInto(sandbox, `key,name\n${first},one\n${second},two\n`, { stateDir });
    expect(report.exitCode).toBe(0);
    expect(names()).toEqual(['one', 'two']);
    expect(leaksIn(await journalOf(report.run.id), keys)).toEqual([]);
  });

  it('never gets the mark for its name: its other settings are undone, and the name is told (N7, A11)', async () => {
    await importInto(sandbox, [first]);
    nameAll(first);
    const done = await importInto(sandbox, `key,name,priority\n${first},one,7\n`, { stateDir });
    expect(done.report.exitCode).toBe(0);
    const { leftovers } = await rollbackIn(sandbox, stateDir, done.report.run.id);
    expect(accounts()).toMatchObject([{ name: 'one', priority: 50 }]);
    expect(leftovers).toMatchObject([
      { kind: 'account', reason: 'its earlier name may have held a key and was not kept' },
    ]);
    expect(JSON.stringify(sandbox.requests.map(({ body }) => body))).not.toContain('may hold a key');
  });

  it('is undone in all other settings by who does not know the key any more (N7, A11)', async () => {
    await importInto(sandbox, [first]);
    nameAll(first);
    const done = await importInto(sandbox, `key,priority\n${first},7\n`, { stateDir });
    await rollbackIn(sandbox, stateDir, done.report.run.id);
    expect(accounts()).toMatchObject([{ name: first, priority: 50 }]);
  });
});
