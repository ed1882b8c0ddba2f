import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RelayError } from '../../src/core/relay-error.ts';
import type { Processes } from '../../src/journal/lock/liveness.ts';
import { lockFiles } from '../../src/journal/folder/lock-files.ts';
import { lockKeys } from '../../src/journal/lock/lock-keys.ts';
import type { FoundLock, LockStore } from '../../src/journal/lock/lock-store.ts';
import { LockWatch } from '../../src/journal/lock/lock-watch.ts';
import { takeLocks } from '../../src/journal/lock/lock.ts';
import { quickClock } from '../support/clocks.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relay-files-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the files that locks are made of', () => {
  const at = (name: string) => join(folder, 'locks', name);

  it('are the owner’s alone, as their folder is, and bear the time that they are given', async () => {
    await lockFiles.create(at('a'), 'text', 1_000_000);
    expect(await lockFiles.read(at('a'))).toMatchObject({ text: 'text', touchedAt: 1_000_000 });
    expect((await stat(at('a'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'locks'))).mode & 0o777).toBe(0o700);
    expect(await lockFiles.touch(at('a'), 2_000_000)).toBe(true);
    expect((await lockFiles.read(at('a')))?.touchedAt).toBe(2_000_000);
  });

  it('are linked once, moved over others, and gone once', async () => {
    await lockFiles.create(at('a'), 'a', 1000);
    await lockFiles.create(at('b'), 'b', 1000);
    expect(await lockFiles.link(at('a'), at('c'))).toBe(true);
    expect(await lockFiles.link(at('b'), at('c'))).toBe(false);
    expect((await lockFiles.read(at('c')))?.text).toBe('a');
    expect(await lockFiles.rename(at('b'), at('c'))).toBe(true);
    expect((await lockFiles.read(at('c')))?.text).toBe('b');
    await lockFiles.remove(at('c'));
    await lockFiles.remove(at('c'));
    expect(await readdir(join(folder, 'locks'))).toEqual(['a']);
  });

  it('that are not there are no fault', async () => {
    expect(await lockFiles.read(at('x'))).toBeUndefined();
    expect(await lockFiles.rename(at('x'), at('y'))).toBe(false);
    expect(await lockFiles.touch(at('x'), 1)).toBe(false);
    expect(await lockFiles.link(at('x'), at('y'))).toBe(false);
    expect(await lockFiles.remove(at('x'))).toBeUndefined();
  });

  it('that cannot be kept are, with the why of the system', async () => {
    await writeFile(join(folder, 'locks'), 'a file in the place of the folder');
    const steps = [
      () => lockFiles.read(at('a')),
      () => lockFiles.create(at('a'), '', 1),
      () => lockFiles.link(at('a'), at('b')),
      () => lockFiles.rename(at('a'), at('b')),
      () => lockFiles.touch(at('a'), 1),
    ];
    for (const step of steps) {
      const failing = step();
      await expect(failing).rejects.toMatchObject({
        code: 'STATE_UNWRITABLE',
        cause: { syscall: expect.any(String) as unknown },
      });
      await expect(failing).rejects.toThrow(/\((ENOTDIR|EEXIST)\)\.$/);
    }
  });
});

const processes: Processes = {
  self: { pid: 1, machine: 'box', boot: 'boot', namespace: 'ns', startedAt: '1' },
  look: () => ({ startedAt: '1' }),
};

const timing = { silentMs: 60_000, safeMs: 30_000, freshMs: 30_000 };

/** A store in which this is found, and in which it is so decided whether one gets the lock. */
function storeOf(found: FoundLock | undefined, take: () => boolean) {
  const asked = { take: 0, find: 0, released: [] as string[] };
  const store: LockStore = {
    timing,
    placeOf: (name) => `/locks/${name}`,
    adviceOn: (name) => `remove /locks/${name}`,
    find: async () => {
      asked.find += 1;
      return found;
    },
    take: async () => {
      asked.take += 1;
      return take();
    },
    beat: async () => true,
    release: async (name) => void asked.released.push(name),
  };
  return { store, asked };
}

const [first, second] = lockKeys('https://host.example', { value: 'x', proven: true }, 'acme');

function taking(store: LockStore, keys = [first!], waitMs = 1000) {
  const clock = quickClock();
  const told: string[] = [];
  const taken = takeLocks({
    store,
    keys,
    run: 'run-2',
    waitMs,
    timeoutMs: 30_000,
    clock,
    stop: new AbortController().signal,
    notice: (text) => void told.push(text),
    lost: () => undefined,
    provider: 'acme',
    hostUrl: 'https://host.example',
    processes,
  });
  return { taken, clock, told };
}

describe('taking a lock that others are faster to take', () => {
  it('is tried again at once, for a while', async () => {
    let tries = 0;
    const { store, asked } = storeOf(undefined, () => (tries += 1) === 19);
    const { taken, clock } = taking(store);
    await taken;
    expect([asked.take, clock.pauses]).toEqual([19, []]);
  });

  it('counts as waiting after that, and ends when the wait is over', async () => {
    const { store, asked } = storeOf(undefined, () => false);
    const { taken, clock } = taking(store);
    await expect(taken).rejects.toMatchObject({ code: 'LOCKED' });
    expect(clock.pauses).toEqual([250, 250, 250, 250]);
    expect(asked.take).toBe(24);
  });

  it('keeps no run from beginning where the lock only warns', async () => {
    const { store } = storeOf(undefined, () => false);
    const { taken, told } = taking(store, [{ name: 'n', refuses: false }]);
    await taken;
    expect(told).toEqual([]);
  });

  it('gives back those that it has, where it does not get one', async () => {
    let tries = 0;
    const { store, asked } = storeOf(undefined, () => (tries += 1) === 1);
    await expect(taking(store, [first!, second!]).taken).rejects.toMatchObject({ code: 'LOCKED' });
    expect(asked.released).toEqual([first!.name]);
  });

  it('all are given back in the end, the last first', async () => {
    const { store, asked } = storeOf(undefined, () => true);
    const locks = await taking(store, [first!, second!]).taken;
    expect(asked.released).toEqual([]);
    await locks.release();
    expect(asked.released).toEqual([second!.name, first!.name]);
  });
});

describe('silence of an owner of whom nothing else is known', () => {
  const owner = {
    pid: 7,
    machine: 'far',
    boot: 'other',
    namespace: 'ns',
    startedAt: '1',
    token: '0'.repeat(32),
    run: 'run-1',
    since: '2026-11-20T12:00:00.000Z',
    timeoutMs: 30_000,
  };
  const found = (beatAt: number, token = 't'): FoundLock => ({ token, owner, beatAt, lease: null });

  it.each<[string, [at: number, beatAt: number, token?: string][], boolean]>([
    [
      'long by both clocks',
      [
        [0, -60_000],
        [8000, -60_000],
      ],
      true,
    ],
    [
      'long, and heard for less than a beat',
      [
        [0, -60_000],
        [7999, -60_000],
      ],
      false,
    ],
    [
      'short',
      [
        [0, 0],
        [59_999, 0],
      ],
      false,
    ],
    [
      'exactly as long as it takes',
      [
        [0, 0],
        [60_000, 0],
      ],
      true,
    ],
    [
      'by a clock that is ahead',
      [
        [0, 3_600_000],
        [8000, 3_600_000],
      ],
      true,
    ],
    [
      'broken by a sign of life',
      [
        [0, -60_000],
        [4000, -59_000],
        [8000, -59_000],
      ],
      false,
    ],
    [
      'of another owner by now',
      [
        [0, -60_000],
        [4000, -60_000, 'u'],
        [8000, -60_000, 'u'],
      ],
      false,
    ],
  ])('%s', (_, looks, stale) => {
    const watch = new LockWatch(processes, timing);
    expect(looks.map(([at, beatAt, token]) => watch.isStale(found(beatAt, token), at)).at(-1)).toBe(stale);
  });

  it('is not waited for where nobody ever held the lock', () => {
    expect(new LockWatch(processes, timing).isStale({ token: 't', owner: null, beatAt: 0, lease: null }, 0)).toBe(true);
  });
});

it('an error of another run’s lock names no other run where none is known', async () => {
  const { store } = storeOf({ token: 't', owner: null, beatAt: 0, lease: null }, () => false);
  const error: unknown = await taking(store, [first!], 0).taken.catch((each: unknown) => each);
  expect(error).toBeInstanceOf(RelayError);
  expect((error as RelayError).message).toMatch(/^Another run is at work on acme of the host/);
});
