import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startSandbox, type Sandbox } from '../support/start-sandbox.ts';
import { leaksIn } from '../support/canaries.ts';
import { importInto, rollbackIn } from '../support/import-run.ts';

/** Shaped like no known credential, so that only knowing it can hide it; the other one by its shape alone. */
const key = 'zkgood7Qm9Xv2LpR4tWc8NbHd';
const secrets = [key, 'sk-somebodys-0123456789abcdef'];

let sandbox: Sandbox;
let stateDir: string;
beforeEach(async () => {
  sandbox = await startSandbox();
  stateDir = await mkdtemp(join(tmpdir(), 'relay-settings-'));
  await importInto(sandbox, [key]);
});
afterEach(async () => {
  await sandbox.stop();
  await rm(stateDir, { recursive: true });
});

const theAccount = () => [...sandbox.state.accounts.values()][0] ?? expect.fail();
const theChannel = () => [...sandbox.state.channels.values()][0] ?? expect.fail();
const journalOf = (run: string) => readFile(join(stateDir, 'runs', `${run}.jsonl`), 'utf8');
const settings = () => structuredClone({ channel: theChannel().model_mapping, account: theAccount() });

/** What people have put where relay sets something else, and beside it. */
function putKeys(): void {
  const [known = '', unknown = ''] = secrets;
  theChannel().model_mapping = { openai: { wrong: known }, anthropic: { [unknown]: 'claude' } };
  theAccount().credentials['base_url'] = `https://h.example/${known}`;
  theAccount().extra['openai_responses_mode'] = unknown;
  theAccount().extra['note'] = known;
}

const marks = () => JSON.stringify(sandbox.requests.map(({ body }) => body)).includes('may hold a key');

it('tells no journal of a key that stands in a setting, and puts it back in the same run (N1, N7)', async () => {
  putKeys();
  const before = settings();
  // The second key is dead, so that strict mode undoes all.
  const { report } = await importInto(sandbox, [key, 'zkdead5Jf3GsYa6Ue1KoTi0Pz'], { stateDir });
  expect(report).toMatchObject({ exitCode: 4, leftovers: [] });
  expect(settings().channel).toEqual(before.channel);
  expect(theAccount()).toMatchObject({ credentials: before.account.credentials, extra: before.account.extra });
  const journal = await journalOf(report.run.id);
  expect(journal).toContain('"type":"change"');
  expect(leaksIn(journal, secrets)).toEqual([]);
});

it('names what a journal does not hold when it is undone from there, and puts back the rest (N7)', async () => {
  theAccount().concurrency = 3;
  putKeys();
  const { report } = await importInto(sandbox, [key], { stateDir });
  expect(report.exitCode).toBe(0);
  expect(leaksIn(await journalOf(report.run.id), secrets)).toEqual([]);
  const { channel } = settings();
  const { leftovers } = await rollbackIn(sandbox, stateDir, report.run.id);
  expect(theAccount()).toMatchObject({ concurrency: 3, extra: { openai_responses_mode: 'auto', note: key } });
  expect(settings().channel).toEqual(channel);
  expect(leftovers.toSorted((a, b) => (a.kind < b.kind ? -1 : 1))).toMatchObject([
    { kind: 'account', reason: 'its earlier base URL, openai_responses_mode may have held a key and were not kept' },
    { kind: 'channel', reason: 'its earlier model mapping may have held a key and was not kept' },
  ]);
  expect(marks()).toBe(false);
});

it('undoes from a journal what has other settings than those with a key (N7)', async () => {
  theChannel().restrict_models = false;
  theAccount().extra['note'] = key;
  theAccount().priority = 7;
  const { report } = await importInto(sandbox, [key], { stateDir });
  await rollbackIn(sandbox, stateDir, report.run.id);
  expect(theAccount()).toMatchObject({ priority: 7, extra: { note: key } });
  expect(theChannel().restrict_models).toBe(false);
});
