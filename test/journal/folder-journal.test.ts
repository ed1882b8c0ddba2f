import { appendFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Change } from '../../src/apply/change.ts';
import { readRun, runIds, runsIn } from '../support/state-folder.ts';
import { RunRecorder, type JournalTools } from '../../src/journal/run-recorder.ts';
import { aBegin, journalTools } from '../support/journals.ts';
import { quickClock } from '../support/clocks.ts';
import { runs } from '../support/sweep.ts';

let stateDir: string;
beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'relay-journal-'));
});
afterEach(() => rm(stateDir, { recursive: true, force: true }));

const file = (run = 'run-2') => join(stateDir, 'runs', `${run}.jsonl`);

const begin = (run = 'run-2', keptWith: JournalTools = journalTools()): Promise<RunRecorder> =>
  RunRecorder.begin(runsIn(stateDir), aBegin({ run }), keptWith);

const reopen = () => RunRecorder.reopen(runsIn(stateDir), 'run-2', journalTools());

const made = { action: 'created', id: null, before: null } as const;
const group: Change = { ...made, seq: 1, kind: 'group', name: 'relay-acme-subscription', after: { name: 'g' } };
const account: Change = { ...made, seq: 2, kind: 'account', name: 'acme-01', after: { places: ['4'] } };
const priority = (seq: number, before: number, after: number): Change => ({
  seq,
  kind: 'account',
  action: 'updated',
  id: '7',
  name: 'acme-01',
  before: { priority: before },
  after: { priority: after },
});

const removing = (id: string) =>
  ({ type: 'removing', id, name: `acme-0${id}`, platform: 'openai', before: { priority: 50 } }) as const;

describe('a journal', () => {
  it('is read again as it was written, and only the owner may read it', async () => {
    const journal = await begin();
    await journal.note({ type: 'intent', kind: 'group', name: group.name, what: 'create the group' });
    await journal.note({ type: 'change', change: group }, { type: 'change', change: account });
    await journal.note({ type: 'made', kind: 'group', seq: 1, id: '4', after: { name: 'h' } });
    await journal.note({ type: 'reverted', seq: 2 });
    await journal.note({ type: 'removed', id: '9', name: 'acme-09' });
    expect(await readRun(stateDir, 'run-2')).toMatchObject({
      begin: { run: 'run-2' },
      changes: [{ ...group, id: '4', after: { name: 'h' } }],
      lastSeq: 2,
      removed: [{ id: '9', name: 'acme-09' }],
      end: null,
    });
    await journal.end('succeeded', 0);
    expect(await readRun(stateDir, 'run-2')).toMatchObject({ end: { outcome: 'succeeded', exitCode: 0 } });
    expect((await stat(file())).mode & 0o777).toBe(0o600);
    expect((await stat(join(stateDir, 'runs'))).mode & 0o777).toBe(0o700);
  });

  it('forgets an account that the run made and removed again: rollback has lost nothing', async () => {
    const journal = await begin();
    await journal.note({ type: 'change', change: account }, { type: 'made', kind: 'account', seq: 2, id: '7' });
    await journal.note(removing('7'), { type: 'reverted', seq: 2 });
    expect(await readRun(stateDir, 'run-2')).toMatchObject({ changes: [], removing: [], removed: [] });
  });

  it('tells two changes of one object apart: the one that was refused goes, the other stays', async () => {
    const journal = await begin();
    await journal.note({ type: 'change', change: priority(1, 50, 7) });
    await journal.note({ type: 'change', change: priority(2, 7, 9) });
    await journal.note({ type: 'reverted', seq: 2 });
    expect((await readRun(stateDir, 'run-2')).changes).toEqual([priority(1, 50, 7)]);
  });

  it('holds fingerprints and no key (N1)', async () => {
    await begin();
    const text = await readFile(file(), 'utf8');
    expect(text).toContain('sha256:');
    expect(text).not.toContain('test-key-one-0123456789');
  });

  it('holds each state as it may be written down, by its kind (N1)', async () => {
    const seen: [string, object][] = [];
    const journal = await begin('run-2', {
      clock: quickClock(),
      writable: (kind, state) => {
        seen.push([kind, state]);
        return { hidden: seen.length };
      },
    });
    await journal.note({ type: 'change', change: group }, { type: 'change', change: priority(2, 50, 7) });
    await journal.note({ type: 'made', kind: 'group', seq: 1, id: '4', after: { name: 'h' } });
    await journal.note({ type: 'made', kind: 'group', seq: 1, id: '4' });
    expect(seen).toEqual([
      ['group', group.after],
      ['account', { priority: 7 }],
      ['account', { priority: 50 }],
      ['group', { name: 'h' }],
    ]);
    const { changes } = await readRun(stateDir, 'run-2');
    expect(changes).toEqual([
      { ...group, id: '4', after: { hidden: 4 } },
      { ...priority(2, 50, 7), after: { hidden: 2 }, before: { hidden: 3 } },
    ]);
  });

  it('is on disk when a note returns', async () => {
    const journal = await begin();
    await journal.note({ type: 'change', change: group });
    expect(await readFile(file(), 'utf8')).toMatch(/"type":"change".*\n$/);
  });

  it.each(['{"type":"change","at":"2026-', '{"type":"change"}', 'not json', 'not json\n'])(
    'is read past a last line that a crash has torn: %j',
    async (line) => {
      const journal = await begin();
      await journal.note({ type: 'change', change: group });
      await appendFile(file(), line);
      expect((await readRun(stateDir, 'run-2')).changes).toEqual([group]);
      const again = await reopen();
      await again.note({ type: 'change', change: account });
      expect((await readRun(stateDir, 'run-2')).changes).toEqual([group, account]);
    },
  );

  it.each([
    ['a byte that is lost', (line: string) => line.replace('"seq":1', '"seq":')],
    ['a digit that has changed', (line: string) => line.replace('"priority":50', '"priority":58')],
    ['a type that nobody knows', (line: string) => line.replace('"type":"change"', '"type":"charge"')],
    ['nothing left of it but its beginning', (line: string) => line.slice(0, 20)],
  ])('is refused by name when a line before the last has %s (N3)', async (_, damage) => {
    const journal = await begin();
    await journal.note({ type: 'change', change: priority(1, 50, 7) });
    await journal.note({ type: 'removed', id: '9', name: 'acme-09' });
    const lines = (await readFile(file(), 'utf8')).split('\n');
    await writeFile(file(), lines.map((line, index) => (index === 1 ? damage(line) : line)).join('\n'));
    await expect(readRun(stateDir, 'run-2')).rejects.toMatchObject({
      code: 'STATE_UNREADABLE',
      message: expect.stringMatching(/run-2\.jsonl is damaged in line 2\.$/),
    });
  });

  it('that goes on after its end has no end any more, and keeps it until then', async () => {
    await (await begin()).end('failed', 6);
    const ended = await readFile(file(), 'utf8');
    const left = await reopen();
    const { end } = await readRun(stateDir, 'run-2');
    expect(end).toMatchObject({ outcome: 'failed', exitCode: 6 });
    await left.leave(end);
    expect(await readFile(file(), 'utf8')).toBe(ended);
    const reopened = await reopen();
    await reopened.note({ type: 'removed', id: '9', name: 'acme-09' });
    expect((await readRun(stateDir, 'run-2')).end).toBeNull();
    await reopened.leave(end);
    expect((await readRun(stateDir, 'run-2')).end).toMatchObject({ outcome: 'failed', exitCode: 6 });
  });

  it.each([
    ['another version, by its number', '{"v":9,"type":"begin"}\n', /version 9; this relay reads 8/],
    ['the version before, by its number', '{"v":7,"type":"begin"}\n', /version 7; this relay reads 8/],
    ['no beginning', 'hello\n', /does not begin as a journal/],
    ['nothing', '', /does not begin as a journal/],
  ])('is refused when it has %s', async (_name, text, message) => {
    await begin();
    await writeFile(file(), text);
    await expect(readRun(stateDir, 'run-2')).rejects.toMatchObject({
      code: 'STATE_UNREADABLE',
      message: expect.stringMatching(message),
    });
  });

  it('is not begun twice', async () => {
    await begin();
    await expect(begin()).rejects.toMatchObject({ code: 'STATE_UNWRITABLE' });
  });

  it('of an unknown run is answered with the nearest', async () => {
    await begin('20261121-050222-066c13');
    await begin('20261120-010101-aaaaaa');
    expect(await runIds(stateDir)).toEqual(['20261121-050222-066c13', '20261120-010101-aaaaaa']);
    await expect(readRun(stateDir, '20261121-050222-066c14')).rejects.toMatchObject({
      code: 'RUN_NOT_FOUND',
      message: expect.stringContaining('Did you mean "20261121-050222-066c13"?'),
    });
  });
});

describe('accounts of earlier runs that a run removes', () => {
  const removed = (id: string) => ({ type: 'removed', id, name: `acme-0${id}` }) as const;
  const named = (...ids: string[]) =>
    ids.map((id) => {
      const { type: _, ...told } = removing(id);
      return told;
    });

  it('are told as gone, or as about to go, each once', async () => {
    const journal = await begin();
    await journal.note(removing('7'), removing('8'), removed('7'), removing('8'));
    expect(await readRun(stateDir, 'run-2')).toMatchObject({ removing: named('8'), removed: named('7') });
  });

  it('are those that it has not made itself: what it edited, or made of another kind, is none of its own', async () => {
    const journal = await begin();
    await journal.note(
      { type: 'change', change: { ...account, seq: 1, id: '7' } as Change },
      { type: 'change', change: { ...priority(2, 50, 7), id: '8' } as Change },
      { type: 'change', change: { ...group, seq: 3, id: '9' } as Change },
    );
    await journal.note(removing('7'), removing('8'), removing('9'));
    expect((await readRun(stateDir, 'run-2')).removing).toEqual(named('8', '9'));
  });
});

describe('a journal that goes on', () => {
  it('has the end of its last part only', async () => {
    await (await begin()).end('failed', 6);
    const again = await reopen();
    await again.note({ type: 'change', change: group });
    await again.end('succeeded', 0);
    expect(await readRun(stateDir, 'run-2')).toMatchObject({ end: { outcome: 'succeeded' }, changes: [group] });
  });

  it('knows the highest number that it gave, also where that change is gone', async () => {
    const journal = await begin();
    await journal.note({ type: 'change', change: account }, { type: 'change', change: group });
    await journal.note({ type: 'reverted', seq: 2 });
    expect(await readRun(stateDir, 'run-2')).toMatchObject({ changes: [group], lastSeq: 2 });
  });

  it('that cannot be kept says so before anything is sent, and its end is merely missing', async () => {
    const journal = await begin();
    await journal.end('failed', 6);
    // Nothing to note needs no file.
    await journal.note();
    await expect(journal.note({ type: 'change', change: group })).rejects.toMatchObject({
      code: 'JOURNAL_FAILED',
      message: expect.stringContaining('EBADF') as unknown,
    });
    await journal.end('failed', 6);
  });

  it('that is not there cannot be gone on with', async () => {
    await expect(reopen()).rejects.toMatchObject({
      code: 'STATE_UNWRITABLE',
      message: expect.stringContaining('ENOENT') as unknown,
    });
  });

  it('tells of something made whose change is lost: it is damaged, by the line', async () => {
    const journal = await begin();
    await journal.note({ type: 'change', change: group }, { type: 'made', kind: 'group', seq: 5, id: '4' });
    await expect(readRun(stateDir, 'run-2')).rejects.toMatchObject({
      code: 'STATE_UNREADABLE',
      message: expect.stringContaining('line 3') as unknown,
      hint: expect.stringContaining('Bring it back') as unknown,
    });
  });
});

describe('whatever happens to a journal', () => {
  const written = async () => {
    const journal = await begin();
    await journal.note({ type: 'change', change: priority(1, 50, 7) }, { type: 'change', change: priority(2, 7, 8) });
    await journal.note({ type: 'reverted', seq: 1 }, { type: 'removed', id: '9', name: 'größe-09' });
    return readFile(file());
  };

  it('cut anywhere after its first line it is read as far as it is whole, and goes on from there', async () => {
    const bytes = await written();
    const { notes } = await readRun(stateDir, 'run-2');
    const first = bytes.indexOf('\n') + 1;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: first, max: bytes.length }), async (at) => {
        await writeFile(file(), bytes.subarray(0, at));
        const read = (await readRun(stateDir, 'run-2')).notes;
        expect(read).toEqual(notes.slice(0, read.length));
        await (await reopen()).note({ type: 'removed', id: '1', name: 'after' });
        const after = (await readRun(stateDir, 'run-2')).notes;
        expect(after.slice(0, read.length)).toEqual(read);
        expect(after.slice(read.length)).toMatchObject([{ type: 'resumed' }, { type: 'removed', name: 'after' }]);
      }),
      { numRuns: runs(25) },
    );
  });

  it('with a byte changed in any line but the last it is refused, and never read as something else', async () => {
    const bytes = await written();
    const last = bytes.lastIndexOf('\n', bytes.length - 2) + 1;
    // A break before the last line that is damaged makes one torn line of two.
    await fc.assert(
      fc.asyncProperty(fc.nat(last - 2), fc.integer({ min: 1, max: 255 }), async (at, by) => {
        const damaged = Buffer.from(bytes);
        damaged[at] = (damaged[at]! + by) % 256;
        await writeFile(file(), damaged);
        await expect(readRun(stateDir, 'run-2')).rejects.toMatchObject({ code: 'STATE_UNREADABLE' });
      }),
      { numRuns: runs(60) },
    );
  });
});

describe('the runs of a folder', () => {
  it('are those of its journals, the newest first; none where there is no folder', async () => {
    expect(await runIds(stateDir)).toEqual([]);
    await expect(readRun(stateDir, 'run-9')).rejects.toThrow(/There is no run "run-9" in \S+$/);
    await mkdir(join(stateDir, 'runs'));
    for (const name of ['b.jsonl', 'c.jsonl', 'a.jsonl', 'notes.txt', 'd.jsonl.bak'])
      await writeFile(join(stateDir, 'runs', name), '');
    expect(await runIds(stateDir)).toEqual(['c', 'b', 'a']);
    await expect(readRun(stateDir, 'something-else')).rejects.toMatchObject({
      code: 'RUN_NOT_FOUND',
      message: expect.stringMatching(/The newest is c\.$/) as unknown,
    });
  });
});
