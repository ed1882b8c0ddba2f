import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Change } from '../../src/apply/change.ts';
import type { Begin } from '../../src/journal/entries.ts';
import { journalLine } from '../../src/journal/journal-line.ts';
import { readRun, readRuns } from '../../src/journal/read-journal.ts';
import { RunRecorder } from '../../src/journal/run-recorder.ts';
import type { StateStore } from '../../src/journal/state-store.ts';
import { aBegin, aLockOwner, journalTools } from '../support/journals.ts';

/** A state that is new with each test, and how another machine sees it. */
export interface StatePlaces {
  here: StateStore;
  there: StateStore;
  end(): Promise<void>;
}

const change: Change = {
  seq: 1,
  kind: 'thing',
  name: 'relay-acme',
  action: 'created',
  id: null,
  before: null,
  after: { text: 'ü\u0000\uD800 "\n' },
};
/** What every store of states must do, whatever keeps it. */
export function stateContract(name: string, make: () => Promise<StatePlaces>): void {
  describe(`the state in ${name}`, () => {
    let places: StatePlaces;
    let here: StateStore;
    let there: StateStore;
    beforeEach(async () => {
      places = await make();
      ({ here, there } = places);
    });
    afterEach(() => places.end());

    const begin = (run: string, more: Partial<Begin> = {}) =>
      RunRecorder.begin(here.runs, aBegin({ run, ...more }), journalTools());

    it('gives a run back, to any machine, as it was noted', async () => {
      expect(await there.runs.ids()).toEqual([]);
      const journal = await begin('20261129-120000-aaaaaa', { machine: 'runner-1' });
      await journal.note({ type: 'change', change });
      await journal.note({ type: 'made', kind: 'thing', seq: 1, id: '4', after: { text: 'x' } });
      expect(await readRun(there.runs, '20261129-120000-aaaaaa')).toMatchObject({
        begin: { machine: 'runner-1' },
        changes: [{ ...change, id: '4', after: { text: 'x' } }],
        end: null,
      });
      await journal.end('succeeded', 0);
      expect((await readRun(there.runs, '20261129-120000-aaaaaa')).end).toMatchObject({ outcome: 'succeeded' });
    });

    it('goes on with a run on another machine, which says so with its first note', async () => {
      await (await begin('20261129-120000-aaaaaa')).note({ type: 'change', change });
      const other = await RunRecorder.reopen(there.runs, '20261129-120000-aaaaaa', journalTools());
      await other.note({ type: 'reverted', seq: 1 });
      await other.end('rolled_back', 0);
      const { notes, changes, end } = await readRun(here.runs, '20261129-120000-aaaaaa');
      expect(notes.map(({ type }) => type)).toEqual(['change', 'resumed', 'reverted', 'end']);
      expect([changes, end?.outcome]).toEqual([[], 'rolled_back']);
    });

    it('keeps notes that come together in their order, with few flushes', async () => {
      const journal = await begin('20261129-120000-aaaaaa');
      const names = Array.from({ length: 100 }, (_, index) => String(index));
      await Promise.all(names.map((each) => journal.note({ type: 'removed', id: each, name: each })));
      const { removed } = await readRun(there.runs, '20261129-120000-aaaaaa');
      expect(removed.map(({ id }) => id)).toEqual(names);
      expect(journal.tally).toMatchObject({ notes: 100, flushes: 1 });
    });

    it('lists runs newest first, also those that cannot be read', async () => {
      await begin('20261128-120000-aaaaaa');
      await begin('20261129-120000-bbbbbb');
      await here.runs.begin('20261130-120000-cccccc', journalLine({ v: 99, type: 'begin' }));
      const read = await readRuns(there.runs);
      expect(read.map(({ id }) => id)).toEqual([
        '20261130-120000-cccccc',
        '20261129-120000-bbbbbb',
        '20261128-120000-aaaaaa',
      ]);
      expect(read[0]).toMatchObject({ fault: { code: 'STATE_UNREADABLE' } });
    });

    it('begins no run twice, and goes on with none that is not there', async () => {
      await begin('20261129-120000-aaaaaa');
      await expect(begin('20261129-120000-aaaaaa', { machine: 'other' })).rejects.toMatchObject({
        code: 'STATE_UNWRITABLE',
      });
      await expect(RunRecorder.reopen(there.runs, '20261129-120000-dddddd', journalTools())).rejects.toMatchObject({
        code: 'STATE_UNWRITABLE',
      });
      expect((await readRun(here.runs, '20261129-120000-aaaaaa')).begin.machine).not.toBe('other');
    });

    it('keeps reports beside runs, which go with them', async () => {
      await begin('20261129-120000-aaaaaa');
      expect(await there.reports.read('20261129-120000-aaaaaa')).toBeUndefined();
      expect(await there.reports.has('20261129-120000-aaaaaa')).toBe(false);
      await here.reports.keep('20261129-120000-aaaaaa', '{"report":1}');
      await here.reports.keep('20261129-120000-aaaaaa', '{"report":2}');
      expect((await there.reports.read('20261129-120000-aaaaaa'))?.trim()).toBe('{"report":2}');
      expect(await there.reports.has('20261129-120000-aaaaaa')).toBe(true);
      await there.runs.remove('20261129-120000-aaaaaa');
      expect([await here.runs.ids(), await here.reports.read('20261129-120000-aaaaaa')]).toEqual([[], undefined]);
      await there.runs.remove('20261129-120000-aaaaaa');
    });

    it('keeps verdicts by name', async () => {
      expect(await here.verdicts.read('n')).toBeUndefined();
      await here.verdicts.keep('n', '[1]');
      expect((await there.verdicts.read('n'))?.trim()).toBe('[1]');
    });

    it('gives a lock to one, who alone keeps it alive and gives it back', async () => {
      const [one, other] = [aLockOwner('a'), aLockOwner('b')];
      expect(await there.locks.find('n')).toBeUndefined();
      expect(await here.locks.take('n', one, undefined, 0)).toBe(true);
      expect(await there.locks.take('n', other, undefined, 0)).toBe(false);
      expect(await there.locks.find('n')).toMatchObject({ token: one.token, owner: one });
      expect(await there.locks.beat('n', other.token, 1)).toBe(false);
      expect(await here.locks.beat('n', one.token, 1)).toBe(true);
      await there.locks.release('n', other.token);
      expect(await there.locks.find('n')).toMatchObject({ token: one.token });
      await here.locks.release('n', one.token);
      expect(await there.locks.find('n')).toBeUndefined();
      expect(await here.locks.beat('n', one.token, 1)).toBe(false);
    });

    it('hands a lock over from exactly the owner that was found', async () => {
      const [one, other, third] = [aLockOwner('a'), aLockOwner('b'), aLockOwner('c')];
      await here.locks.take('n', one, undefined, 0);
      const found = await there.locks.find('n');
      expect(await there.locks.take('n', other, found, 0)).toBe(true);
      expect(await there.locks.take('n', third, found, 0)).toBe(false);
      expect(await here.locks.beat('n', one.token, 1)).toBe(false);
      expect(await here.locks.find('n')).toMatchObject({ token: other.token });
    });
  });
}
