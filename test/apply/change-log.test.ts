import { describe, expect, it } from 'vitest';
import { ChangeLog } from '../../src/apply/change-log.ts';
import type { Change, Draft } from '../../src/apply/change.ts';
import { endsRun, forbidsSending, isOfOne } from '../../src/apply/ends-run.ts';
import { noJournal, type JournalNote } from '../../src/apply/journal.ts';
import { addLeftovers, leftoverOf, type Leftover } from '../../src/apply/leftover.ts';
import { lostLock, untilLockIsLost } from '../../src/apply/lost-lock.ts';
import { inStage, signalOf, stopReason, throwIfStopped, unstopped } from '../../src/apply/run-tools.ts';
import { Interruption, RelayError } from '../../src/core/relay-error.ts';
import type { RunEvent } from '../../src/core/run-event.ts';
import { Secret } from '../../src/core/secrets/secret.ts';
import { memoryHost } from '../../src/host/memory/memory-host.ts';
import { newWorld } from '../../src/host/memory/world.ts';
import { quickClock } from '../support/clocks.ts';
import { memorySub2api } from '../support/memory-sub2api.ts';

const draft = (name: string, more: Partial<Draft> = {}): Draft =>
  ({ kind: 'group', action: 'created', id: null, name, before: null, after: { name }, ...more }) as Draft;

function logging(earlier?: { changes: readonly Change[]; lastSeq: number }) {
  const notes: JournalNote[] = [];
  const log = new ChangeLog({ note: async (...more) => void notes.push(...structuredClone(more)) }, earlier);
  return { log, notes };
}

describe('what a run has changed', () => {
  it('is in the journal before it is sent, numbered in order', async () => {
    const { log, notes } = logging();
    await log.note([draft('a'), draft('b')]);
    await log.note([draft('c')]);
    expect(log.changes.map(({ seq, name }) => [seq, name])).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ]);
    expect(log.lastSeq).toBe(3);
    expect(notes).toEqual(log.changes.map((change) => ({ type: 'change', change })));
  });

  it('goes on with the numbers of an interrupted run, and leaves what that held as it was', async () => {
    const earlier = { ...draft('a'), seq: 4 } as Change;
    const { log } = logging({ changes: [earlier], lastSeq: 6 });
    await log.made([{ change: log.changes[0]!, id: '9' }]);
    expect([earlier, log.changes[0]]).toEqual([
      { ...draft('a'), seq: 4 },
      { ...draft('a'), seq: 4, id: '9' },
    ]);
    expect((await log.note([draft('b')]))[0]!.seq).toBe(7);
  });

  it('that made something has its number, and the state in which the host shows it', async () => {
    const { log, notes } = logging();
    const [a, b] = await log.note([draft('a'), draft('b')]);
    expect(log.hasMade('group', '5')).toBe(false);
    await log.made([
      { change: a!, id: '5' },
      { change: b!, id: '6', after: { name: 'b', rate: 1 } },
    ]);
    expect(log.changes).toMatchObject([
      { id: '5', after: { name: 'a' } },
      { id: '6', after: { name: 'b', rate: 1 } },
    ]);
    expect(notes.slice(2)).toEqual([
      { type: 'made', kind: 'group', seq: 1, id: '5' },
      { type: 'made', kind: 'group', seq: 2, id: '6', after: { name: 'b', rate: 1 } },
    ]);
    expect([log.hasMade('group', '5'), log.hasMade('channel', '5'), log.hasMade('group', '7')]).toEqual([
      true,
      false,
      false,
    ]);
    await log.note([draft('c', { action: 'updated', id: '7', before: {} })]);
    expect(log.hasMade('group', '7')).toBe(false);
  });

  it('and was undone leaves it, the rest keeps its order, and the journal is told', async () => {
    const { log, notes } = logging();
    const [a, , c] = await log.note([draft('a'), draft('b'), draft('c')]);
    await log.revert([c!, a!, { ...draft('x'), seq: 99 }]);
    expect(log.changes.map(({ name }) => name)).toEqual(['b']);
    expect(log.reverted.map(({ name }) => name)).toEqual(['a', 'c']);
    expect(notes.slice(3)).toEqual([
      { type: 'reverted', seq: 1 },
      { type: 'reverted', seq: 3 },
    ]);
    // Twice is as once.
    await log.revert([a!]);
    expect([log.reverted.length, notes.length]).toEqual([2, 5]);
  });

  it('is kept without a journal, where that is given up', async () => {
    const log = new ChangeLog({
      note: async () => {
        throw new RelayError('JOURNAL_FAILED', 'full');
      },
    });
    await expect(log.note([draft('a')])).rejects.toThrow('full');
    log.giveUpJournal();
    expect(await log.note([draft('b')])).toHaveLength(1);
  });
});

describe('which errors end a run', () => {
  it.each([
    [new RelayError('JOURNAL_FAILED', ''), true, true],
    [new RelayError('LOCK_LOST', ''), true, true],
    [new RelayError('INTERRUPTED', ''), true, false],
    [new RelayError('DEADLINE_PASSED', ''), true, false],
    [new RelayError('WRITE_REFUSED', ''), false, false],
    [new RelayError('WRITE_UNSETTLED', ''), false, false],
  ])('%s: %s; nothing may be sent any more: %s', (error, ends, silences) => {
    expect([endsRun(error), isOfOne(error), forbidsSending(error.code)]).toEqual([ends, !ends, silences]);
  });

  it('a fault of relay does', () => {
    expect([endsRun(new TypeError('x')), isOfOne(new TypeError('x')), endsRun(undefined)]).toEqual([true, false, true]);
  });
});

describe('a run that shall stop', () => {
  const stopped = (reason?: unknown) => AbortSignal.abort(reason);

  it('says why, by which signal, and starts nothing new', () => {
    const going = new AbortController().signal;
    expect([stopReason(going), signalOf(going), throwIfStopped({ stop: going })]).toEqual([undefined, null, undefined]);
    const reason = new Interruption('SIGTERM');
    expect([stopReason(stopped(reason)), signalOf(stopped(reason))]).toEqual([reason, 'SIGTERM']);
    expect(() => throwIfStopped({ stop: stopped(reason) })).toThrow(reason);
    const deadline = new RelayError('DEADLINE_PASSED', 'late');
    expect([stopReason(stopped(deadline)), signalOf(stopped(deadline))]).toEqual([deadline, null]);
    expect(stopReason(stopped('odd'))).toMatchObject({ code: 'INTERRUPTED' });
  });

  it('still looks, and sends what must be sent all the same', () => {
    const { tools } = memorySub2api();
    const over = { ...tools, stop: stopped() };
    expect(unstopped(over).stop.aborted).toBe(false);
    expect(unstopped(over).host).toBe(tools.base);
  });

  it('for a lost lock sends nothing more, and reads on', async () => {
    const stop = new AbortController();
    const world = newWorld(new Secret('admin-key'), () => 0);
    const host = untilLockIsLost(memoryHost(world, 'memory:'), stop.signal, async () => undefined);
    const remove = async () => host.writes.deleteAccount('1');
    expect((await remove()).status).toBe('rejected');
    stop.abort(new Interruption('SIGINT'));
    expect([lostLock(stop.signal), (await remove()).status]).toEqual([undefined, 'rejected']);
    const lost = new RelayError('LOCK_LOST', 'another has it');
    const other = untilLockIsLost(memoryHost(world, 'memory:'), stopped(lost), async () => undefined);
    expect(lostLock(stopped(lost))).toBe(lost);
    await expect((async () => other.writes.deleteAccount('1'))()).rejects.toBe(lost);
    expect(await other.reads.accounts()).toEqual([]);
  });
});

describe('a stage', () => {
  const watched = () => {
    const clock = quickClock();
    const events: RunEvent[] = [];
    return { clock, events, tools: { clock, emit: (event: RunEvent) => void events.push(event) } };
  };

  it('tells its beginning, and its end with how long it took', async () => {
    const { clock, events, tools } = watched();
    const work = async () => {
      await clock.sleep(40);
      return 3;
    };
    expect(await inStage(tools, 'apply', 'Apply', work, (value) => ({ ok: value === 3, text: `${value}` }))).toBe(3);
    expect(events).toEqual([
      { type: 'stage-started', stage: 'apply', title: 'Apply' },
      { type: 'stage-finished', stage: 'apply', ok: true, summary: '3', ms: 40 },
    ]);
  });

  it.each([
    [new RelayError('WRITE_REFUSED', 'it said no'), 'WRITE_REFUSED'],
    [new TypeError('secret words'), 'unexpected error'],
  ])('that throws %s tells so too, and throws on', async (error, summary) => {
    const { events, tools } = watched();
    const ok = () => ({ ok: true, text: '' });
    const fail = async () => {
      throw error;
    };
    await expect(inStage(tools, 'apply', 'Apply', fail, ok)).rejects.toBe(error);
    expect(events[1]).toMatchObject({ ok: false, summary });
  });
});

describe('what is left', () => {
  const left = (id: string | null, more: Partial<Leftover> = {}): Leftover => ({
    kind: 'group',
    id,
    name: 'g',
    reason: 'r',
    command: null,
    ...more,
  });

  it.each<[string, Leftover[], Leftover[], (string | null)[]]>([
    ['the same twice is one', [left('1')], [left('1')], ['1']],
    ['two of one name and other numbers are two', [left('1')], [left('2')], ['1', '2']],
    ['one without a number gets it', [left(null)], [left('2')], ['2']],
    ['one with a number keeps it', [left('1')], [left(null)], ['1']],
    ['of another kind is another', [left('1')], [left('1', { kind: 'tariff' })], ['1', '1']],
    ['of another name is another', [left('1')], [left('1', { name: 'h' })], ['1', '1']],
  ])('%s', (_, list, more, ids) => {
    addLeftovers(list, more);
    expect(list.map(({ id }) => id)).toEqual(ids);
  });

  it.each([
    ['created', '5', 'remove'],
    ['created', null, 'show'],
    ['updated', '5', 'show'],
  ] as const)('%s, with the number %s: a person is told to %s it', (action, id, does) => {
    const host = memoryHost(
      newWorld(new Secret('k'), () => 0),
      'memory:',
    );
    const { command } = leftoverOf({ kind: 'group', action, id, name: 'g' }, 'r', host);
    expect(command).toBe(host.command(does, 'group', id));
  });
});

it('a host that does not outlive the run keeps nothing', async () => {
  expect(await noJournal.note({ type: 'reverted', seq: 1 })).toBeUndefined();
});
