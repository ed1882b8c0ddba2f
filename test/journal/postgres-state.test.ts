import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunRecorder } from '../../src/journal/run-recorder.ts';
import { readRun } from '../../src/journal/read-journal.ts';
import type { Sql } from '../../src/journal/postgres/sql.ts';
import type { StateStore } from '../../src/journal/state-store.ts';
import { aBegin, aLockOwner, journalTools } from '../support/journals.ts';
import { quickClock } from '../support/clocks.ts';
import { startPglite, stateOver } from '../support/pglite.ts';
import { stateContract } from './state-contract.ts';

let sql: Sql;
let stop: () => Promise<void>;
beforeAll(async () => {
  ({ sql, stop } = await startPglite());
});
afterAll(() => stop());

let schemas = 0;
const newSchema = () => `relay_${(schemas += 1)}`;

stateContract('a database', async () => {
  const schema = newSchema();
  return { here: stateOver(sql, schema), there: stateOver(sql, schema), end: async () => undefined };
});

const run = '20261129-120000-aaaaaa';
const removed = (id: string) => ({ type: 'removed', id, name: id }) as const;
describe('the schema of a state', () => {
  it('is made with the first use, once, and several teams have their own', async () => {
    const [one, other] = [newSchema(), newSchema()];
    await Promise.all([stateOver(sql, one).runs.ids(), stateOver(sql, one).runs.ids()]);
    await stateOver(sql, other).verdicts.keep('n', 'x');
    expect(await stateOver(sql, one).verdicts.read('n')).toBeUndefined();
    expect((await sql.query(`SELECT version FROM "${one}".versions`)).rows).toEqual([{ version: 1 }]);
  });

  it('of a newer relay is refused by its name', async () => {
    const schema = newSchema();
    await stateOver(sql, schema).runs.ids();
    await sql.query(`INSERT INTO "${schema}".versions (version) VALUES (99)`);
    await expect(stateOver(sql, schema).runs.ids()).rejects.toMatchObject({
      code: 'STATE_UNREADABLE',
      message: `The schema "${schema}" of the state has the version 99; this relay reads 1.`,
      exitCode: 2,
    });
  });

  it.each([
    ['42501', 'STATE_UNWRITABLE', /cannot be written: this user may not do it \(no\)/],
    ['25006', 'STATE_UNWRITABLE', /cannot be written: it is read-only/],
    ['28P01', 'STATE_UNREACHABLE', /does not answer \(no\)/],
    ['3D000', 'STATE_UNREACHABLE', /does not answer/],
    ['22P02', 'STATE_UNREADABLE', /cannot be used/],
    ['ECONNREFUSED', 'STATE_UNREACHABLE', /does not answer/],
  ])('whose database answers %s is told as %s', async (code, told, message) => {
    const failing: Sql = {
      ...sql,
      query: () => Promise.reject(Object.assign(new Error('no'), { code })),
    };
    await expect(stateOver(failing, newSchema()).runs.ids()).rejects.toMatchObject({
      code: told,
      message: expect.stringMatching(message) as unknown,
      exitCode: 2,
    });
  });
});

/** A database whose connection is lost at one statement, before it is carried out or after. */
function losing(at: number, when: 'before' | 'after'): { sql: Sql; statements: () => number } {
  let statements = 0;
  const query: Sql['query'] = async (text, values) => {
    statements += 1;
    const isLost = statements === at;
    if (isLost && when === 'before') throw new Error('Connection terminated unexpectedly');
    const result = await sql.query(text, values);
    if (isLost) throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
    return result;
  };
  return { sql: { ...sql, query }, statements: () => statements };
}

describe('a connection that is lost', () => {
  /** A lock, a journal with some notes, a report, and the lock given back. */
  const wholeRun = async (state: StateStore) => {
    const mine = aLockOwner('a', { run });
    const taken = await state.locks.take('n', mine, undefined, 0);
    const journal = await RunRecorder.begin(state.runs, aBegin({ run }), journalTools());
    await journal.note(removed('1'));
    await Promise.all([journal.note(removed('2'), removed('3')), journal.note(removed('4'))]);
    const beat = await state.locks.beat('n', mine.token, 1);
    await journal.end('succeeded', 0);
    await state.reports.keep(run, '{}');
    await state.locks.release('n', mine.token);
    return { taken, beat };
  };

  it('at any statement loses and doubles nothing', async () => {
    const known = losing(0, 'before');
    const first = newSchema();
    await stateOver(sql, first).runs.ids();
    await wholeRun(stateOver(known.sql, first));
    expect(known.statements()).toBeGreaterThan(10);
    for (let at = 1; at <= known.statements(); at += 1)
      for (const when of ['before', 'after'] as const) {
        const schema = newSchema();
        const state = stateOver(sql, schema);
        await state.runs.ids();
        expect(await wholeRun(stateOver(losing(at, when).sql, schema))).toEqual({ taken: true, beat: true });
        const { notes, end } = await readRun(state.runs, run);
        expect(notes.map((note) => ('id' in note ? note.id : note.type))).toEqual(['1', '2', '3', '4', 'end']);
        expect([end?.outcome, await state.reports.read(run), await state.locks.find('n')]).toEqual([
          'succeeded',
          '{}',
          undefined,
        ]);
      }
  });

  it.each(['40001', '40P01'])('is like a statement that others kept from being carried out (%s)', async (code) => {
    const schema = newSchema();
    let isFirst = true;
    const query: Sql['query'] = (text, values) => {
      if (!isFirst || !text.includes('SELECT id')) return sql.query(text, values);
      isFirst = false;
      return Promise.reject(Object.assign(new Error('could not serialize access'), { code }));
    };
    expect(await stateOver({ ...sql, query }, schema).runs.ids()).toEqual([]);
  });

  it('for longer than ten seconds ends the journal, and nothing is kept after the gap', async () => {
    const schema = newSchema();
    let gone = false;
    const query: Sql['query'] = (text, values) =>
      gone ? Promise.reject(new Error('Connection terminated')) : sql.query(text, values);
    const clock = quickClock();
    const journal = await RunRecorder.begin(
      stateOver({ ...sql, query }, schema, clock).runs,
      aBegin({ run }),
      journalTools(),
    );
    gone = true;
    await expect(journal.note(removed('1'))).rejects.toMatchObject({ code: 'JOURNAL_FAILED' });
    expect(clock.pauses.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(9000);
    gone = false;
    await expect(journal.note(removed('2'))).rejects.toMatchObject({ code: 'JOURNAL_FAILED' });
    expect((await readRun(stateOver(sql, schema).runs, run)).notes).toEqual([]);
  });
});

describe('a lease (N26)', () => {
  it('that has another owner lets no note through, and its run is told', async () => {
    const schema = newSchema();
    const [here, there] = [stateOver(sql, schema), stateOver(sql, schema)];
    await here.locks.take('n', aLockOwner('a', { run }), undefined, 0);
    const journal = await RunRecorder.begin(here.runs, aBegin({ run }), journalTools());
    await journal.note(removed('1'));
    await there.locks.take('n', aLockOwner('b'), await there.locks.find('n'), 0);
    await expect(journal.note(removed('2'))).rejects.toMatchObject({ code: 'LOCK_LOST' });
    expect((await readRun(there.runs, run)).removed.map(({ id }) => id)).toEqual(['1']);
  });

  it('of one run is no matter of another in the same process, which may give it back or lose it at any time', async () => {
    const schema = newSchema();
    const [here, there] = [stateOver(sql, schema), stateOver(sql, schema)];
    await here.locks.take('n', aLockOwner('a', { run }), undefined, 0);
    await here.locks.take('m', aLockOwner('b'), undefined, 0);
    const journal = await RunRecorder.begin(here.runs, aBegin({ run }), journalTools());
    await journal.note(removed('1'));
    await there.locks.take('m', aLockOwner('c'), await there.locks.find('m'), 0);
    await journal.note(removed('2'));
    expect((await readRun(there.runs, run)).removed.map(({ id }) => id)).toEqual(['1', '2']);
  });

  it('is not taken from an owner who gave a sign of life since it was found', async () => {
    const schema = newSchema();
    const [here, there] = [stateOver(sql, schema), stateOver(sql, schema)];
    await here.locks.take('n', aLockOwner('a'), undefined, 0);
    const found = await there.locks.find('n');
    await here.locks.beat('n', aLockOwner('a').token, 0);
    expect(await there.locks.take('n', aLockOwner('b'), found, 0)).toBe(false);
  });

  it.each([
    ['0 seconds', 'live'],
    ['6 seconds', 'live'],
    ['8 seconds', 'overdue'],
    ['14 seconds', 'overdue'],
    ['16 seconds', 'expired'],
    ['-1 hour', 'ahead'],
  ])('whose last sign of life is %s old is %s, by the clock of the database', async (age, state) => {
    const schema = newSchema();
    const store = stateOver(sql, schema);
    await store.locks.take('n', aLockOwner('a'), undefined, 0);
    await sql.query(`UPDATE "${schema}".leases SET beat_at = clock_timestamp() - $1::interval`, [age]);
    expect((await store.locks.find('n'))?.lease?.state).toBe(state);
  });
});
