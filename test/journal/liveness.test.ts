import { describe, expect, it } from 'vitest';
import { livenessOf, type ProcessLook } from '../../src/journal/lock/liveness.ts';
import type { LockOwner, ProcessPlace } from '../../src/journal/lock/lock-owner.ts';
import { LockWatch } from '../../src/journal/lock/lock-watch.ts';

const self: ProcessPlace = { pid: 5, machine: 'box', boot: 'b', namespace: 'n', startedAt: '50' };
const other: ProcessPlace = { pid: 7, machine: 'box', boot: 'b', namespace: 'n', startedAt: '70' };
const same: ProcessLook = { startedAt: '70' };

type Row = [string, ReturnType<typeof livenessOf>, Partial<ProcessPlace>, ProcessLook, Partial<ProcessPlace>?];
const table: Row[] = [
  ['the same process', 'alive', {}, same],
  ['no such process', 'dead', {}, 'gone'],
  ['a later process with its number', 'dead', {}, { startedAt: '71' }],
  ['a process that does not say when it began', 'unknown', {}, { startedAt: null }],
  ['a lock that does not say when its process began', 'unknown', { startedAt: null }, same],
  ['a lock that does not say that, and no process', 'dead', { startedAt: null }, 'gone'],
  ['another start of the machine, or another machine', 'unknown', { boot: 'c' }, 'gone'],
  ['another container', 'unknown', { namespace: 'm' }, 'gone'],
  ['another container, and a process with its number', 'unknown', { namespace: 'm' }, same],
  ['a lock that does not tell its machine', 'unknown', { boot: null }, 'gone'],
  ['a lock that does not tell its container', 'unknown', { namespace: null }, 'gone'],
  ['nobody who tells the machine', 'unknown', { boot: null }, 'gone', { boot: null }],
  ['nobody who tells the container', 'unknown', { namespace: null }, 'gone', { namespace: null }],
  ['another name of the machine', 'alive', { machine: 'renamed' }, same],
  ['this process itself', 'alive', self, { startedAt: '50' }],
  ['this number, from a process before', 'dead', { pid: 5, startedAt: '49' }, { startedAt: '50' }],
];

describe('whether the owner of a lock lives', () => {
  it.each(table)('%s: %s', (_name, liveness, owner, look, mine = {}) => {
    expect(livenessOf({ ...other, ...owner }, { self: { ...self, ...mine }, look: () => look })).toBe(liveness);
  });
});

describe('whether a lock is stale', () => {
  const owner: LockOwner = {
    ...other,
    token: '0'.repeat(32),
    run: 'r',
    since: '2026-11-21T05:00:00.000Z',
    timeoutMs: 0,
  };
  const found = { token: owner.token, owner, beatAt: 0, lease: null };
  const minute = 60_000;
  const ask = (liveness: ProcessLook | 'unknown') =>
    new LockWatch(
      { self: liveness === 'unknown' ? { ...self, boot: 'c' } : self, look: () => liveness as ProcessLook },
      { silentMs: minute, safeMs: 0, freshMs: 0 },
    );

  it('is certain at once where the owner is known to live, or not to', () => {
    expect(ask('gone').isStale(found, 0)).toBe(true);
    expect(ask(same).isStale(found, 100 * minute)).toBe(false);
    expect(ask(same).isStale({ ...found, owner: null }, 0)).toBe(true);
  });

  it.each([
    ['younger than a minute', 0, minute - 1, false],
    ['a minute old', minute, minute + 8000, true],
    ['a minute old, and not watched long enough', minute, minute + 7999, false],
    ['an hour old', 60 * minute, 60 * minute + 8000, true],
    ['of a clock that is a little ahead', -30_000, -22_000, false],
    ['of a clock that is far ahead', -60 * minute, -60 * minute + 8000, true],
  ])('goes by the last sign of life else: %s', (_name, first, second, stale) => {
    const watch = ask('unknown');
    const shift = 1_000_000_000;
    expect(watch.isStale({ ...found, beatAt: shift }, shift + first)).toBe(false);
    expect(watch.isStale({ ...found, beatAt: shift }, shift + second)).toBe(stale);
  });

  it('watches anew after each sign of life, and for each owner', () => {
    const watch = ask('unknown');
    const later = 100 * minute;
    expect(watch.isStale(found, later)).toBe(false);
    expect(watch.isStale({ ...found, beatAt: 1 }, later + 9000)).toBe(false);
    expect(watch.isStale({ ...found, token: 'f'.repeat(32), beatAt: 1 }, later + 18_000)).toBe(false);
    expect(watch.isStale({ ...found, token: 'f'.repeat(32), beatAt: 1 }, later + 27_000)).toBe(true);
  });
});
