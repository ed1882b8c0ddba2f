import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Deed } from '../../src/apply/ledger.ts';
import { beginLine } from '../../src/flows/begin-journal.ts';
import type { ImportJob } from '../../src/flows/import-job.ts';
import { readRun, runIds } from '../../src/journal/read-journal.ts';
import { RunJournal } from '../../src/journal/run-journal.ts';
import { aRecord } from '../support/builders.ts';
import { quickClock } from '../support/clocks.ts';

let stateDir: string;
beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'relay-journal-'));
});
afterEach(() => rm(stateDir, { recursive: true, force: true }));

const file = (run = 'run-2') => join(stateDir, 'runs', `${run}.jsonl`);

function begin(run = 'run-2'): RunJournal {
  const { plan, provider, keyFile, pack } = aRecord('key-one-0123456789\nkey-two-0123456789\n');
  const job = {
    run,
    relayVersion: '0.0.0',
    pack: { ...pack, file: 'pack.yaml', origin: 'path' },
    provider,
    keyFile,
    mode: 'strict',
    access: 'subscription',
    targets: [],
    extend: false,
    adopt: false,
    failed: 'disable',
    probe: 'auto',
    concurrency: 8,
    batchSize: 50,
    gatewayWaitMs: 60_000,
  } as unknown as ImportJob;
  const host = { info: { url: 'https://host.example', kind: 'sub2api', version: '0.1.179' } } as Parameters<
    typeof beginLine
  >[2];
  return RunJournal.begin(stateDir, beginLine(job, { ...plan, run }, host, 0), quickClock());
}

const group: Deed = { kind: 'group', action: 'created', id: 4, name: 'relay-acme-subscription' };
const account: Deed = { kind: 'account', action: 'created', id: 7, name: 'acme-01' };

describe('a journal', () => {
  it('is read again as it was written, and only the owner may read it', async () => {
    const journal = begin();
    journal.note({ type: 'intent', kind: 'group', name: group.name, what: 'create the group' });
    journal.note({ type: 'deed', deed: group });
    journal.note({ type: 'deed', deed: account });
    journal.note({ type: 'undone', kind: 'account', id: 7 });
    journal.note({ type: 'removed', id: 9, name: 'acme-09' });
    expect(await readRun(stateDir, 'run-2')).toMatchObject({
      begin: { run: 'run-2' },
      deeds: [group],
      removed: [{ id: 9, name: 'acme-09' }],
      end: null,
    });
    journal.end('succeeded', 0);
    expect(await readRun(stateDir, 'run-2')).toMatchObject({ end: { outcome: 'succeeded', exitCode: 0 } });
    expect((await stat(file())).mode & 0o777).toBe(0o600);
    expect((await stat(join(stateDir, 'runs'))).mode & 0o777).toBe(0o700);
  });

  it('forgets an account that the run made and removed again: rollback has lost nothing', async () => {
    const journal = begin();
    journal.note({ type: 'deed', deed: account });
    journal.note({ type: 'removed', id: 7, name: 'acme-01' });
    expect(await readRun(stateDir, 'run-2')).toMatchObject({ deeds: [], removed: [] });
  });

  it('holds fingerprints and no key (N1)', async () => {
    begin();
    const text = await readFile(file(), 'utf8');
    expect(text).toContain('sha256:');
    expect(text).not.toContain('key-one-0123456789');
  });

  it('is on disk when a note returns', async () => {
    const journal = begin();
    journal.note({ type: 'deed', deed: group });
    expect(await readFile(file(), 'utf8')).toMatch(/"type":"deed".*\n$/);
  });

  it.each([
    '{"type":"deed","at":"2026-',
    '{"type":"deed"}',
    'not json',
    '{"type":"of a later relay","at":"2026-11-21T05:00:00.000Z"}',
  ])('is read past a torn or strange line: %s', async (line) => {
    const journal = begin();
    journal.note({ type: 'deed', deed: group });
    await appendFile(file(), line);
    expect((await readRun(stateDir, 'run-2')).deeds).toEqual([group]);
    const again = RunJournal.reopen(stateDir, 'run-2', quickClock());
    again.note({ type: 'deed', deed: account });
    expect((await readRun(stateDir, 'run-2')).deeds).toEqual([group, account]);
  });

  it('that goes on after its end has no end any more', async () => {
    begin().end('failed', 6);
    RunJournal.reopen(stateDir, 'run-2', quickClock());
    expect((await readRun(stateDir, 'run-2')).end).toBeNull();
  });

  it.each([
    ['another version, by its number', '{"v":7,"type":"begin"}\n', /version 7; this relay reads 1/],
    ['no beginning', 'hello\n', /does not begin as a journal/],
    ['nothing', '', /does not begin as a journal/],
  ])('is refused when it has %s', async (_name, text, message) => {
    begin();
    await writeFile(file(), text);
    await expect(readRun(stateDir, 'run-2')).rejects.toMatchObject({
      code: 'STATE_UNREADABLE',
      message: expect.stringMatching(message),
    });
  });

  it('is not begun twice', () => {
    begin();
    expect(() => begin()).toThrow(expect.objectContaining({ code: 'STATE_UNWRITABLE' }));
  });

  it('of an unknown run is answered with the nearest', async () => {
    begin('20261121-050222-066c13');
    begin('20261120-010101-aaaaaa');
    expect(await runIds(stateDir)).toEqual(['20261121-050222-066c13', '20261120-010101-aaaaaa']);
    await expect(readRun(stateDir, '20261121-050222-066c14')).rejects.toMatchObject({
      code: 'RUN_NOT_FOUND',
      message: expect.stringContaining('Did you mean "20261121-050222-066c13"?'),
    });
  });
});
