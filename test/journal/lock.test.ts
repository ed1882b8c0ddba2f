import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as tick } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FolderLocks } from '../../src/journal/folder/folder-locks.ts';
import type { ProcessLook } from '../../src/journal/lock/liveness.ts';
import { lockFiles } from '../../src/journal/folder/lock-files.ts';
import { lockKeys } from '../../src/journal/lock/lock-keys.ts';
import type { ProcessPlace } from '../../src/journal/lock/lock-owner.ts';
import { takeLocks, type LockOptions } from '../../src/journal/lock/lock.ts';
import { Interruption } from '../../src/core/relay-error.ts';
import { quickClock, type QuickClock } from '../support/clocks.ts';

let stateDir: string;
beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'relay-lock-'));
});
afterEach(() => rm(stateDir, { recursive: true, force: true }));

const folder = () => join(stateDir, 'locks');
const url = 'https://host.example';

/** Every process began at the second of its number. */
function place(pid: number, changes: Partial<ProcessPlace> = {}): ProcessPlace {
  return { pid, machine: 'box', boot: 'boot', namespace: 'pid:[1]', startedAt: String(pid), ...changes };
}
const alive = (pid: number): ProcessLook => ({ startedAt: String(pid) });
const allBut =
  (...gone: number[]) =>
  (pid: number): ProcessLook =>
    gone.includes(pid) ? 'gone' : alive(pid);

interface Changes extends Partial<LockOptions> {
  pid?: number;
  self?: Partial<ProcessPlace>;
  look?: (pid: number) => ProcessLook;
}
const take = ({ pid = 101, self = {}, look = alive, ...more }: Changes = {}) =>
  takeLocks({
    store: new FolderLocks(folder(), lockFiles),
    keys: lockKeys(url, null, 'acme'),
    hostUrl: url,
    provider: 'acme',
    run: `run-of-${pid}`,
    waitMs: 10_000,
    timeoutMs: 30_000,
    clock: quickClock(),
    processes: { self: place(pid, self), look },
    stop: new AbortController().signal,
    notice: (text) => expect.unreachable(text),
    lost: (error) => expect.unreachable(error.message),
    ...more,
  });

const lockFile = async () => join(folder(), (await readdir(folder()))[0] ?? '');
const waited = (clock: QuickClock) => clock.pauses.reduce((sum, ms) => sum + ms, 0);

describe('the lock of a provider on a host (N12)', () => {
  it('is refused while another run holds it, after ten seconds, naming the run, its age and the file', async () => {
    const clock = quickClock();
    await take({ pid: 101, clock });
    clock.beat(3 * 60_000);
    await tick();
    const before = waited(clock);
    const file = await lockFile();
    await expect(take({ pid: 202, clock })).rejects.toMatchObject({
      code: 'LOCKED',
      message: expect.stringMatching(
        new RegExp(
          `^The run run-of-101 \\(process 101\\) has been at work on acme of the host at ${url} for 3 minutes, since 20.*Z\\. Its lock is ${file}\\.$`,
        ),
      ),
      hint: `Wait until that run has ended. If there is no such run any more, remove ${file}.`,
      exitCode: 3,
    });
    expect(waited(clock) - before).toBeGreaterThanOrEqual(10_000);
    expect(waited(clock) - before).toBeLessThan(11_000);
  });

  it('is taken as soon as the other run gives it back', async () => {
    const locks = await take({ pid: 101 });
    const clock = { ...quickClock(), sleep: () => locks.release() };
    await (await take({ pid: 202, clock })).release();
    expect(await readdir(folder())).toEqual([]);
  });

  it.each<[string, Changes]>([
    ['is gone', {}],
    [
      'is gone, and this process has its number, as in a container that is started again',
      { pid: 101, self: { startedAt: '999' } },
    ],
  ])('heals itself at once when its owner %s', async (_name, changes) => {
    await take({ pid: 101 });
    const clock = quickClock();
    const look = (pid: number): ProcessLook => (changes.pid === pid ? { startedAt: '999' } : 'gone');
    await take({ pid: 202, clock, look, ...changes });
    expect(clock.pauses).toEqual([]);
    expect(await readFile(await lockFile(), 'utf8')).toContain(changes.pid === undefined ? 'run-of-202' : '"999"');
  });

  it.each(['', 'garbage', '{"pid":7,"run":"of an older relay","since":"2026-11-20T05:00:00.000Z"}'])(
    'heals itself at once from a file that holds %j',
    async (text) => {
      await (await take()).release();
      const [{ name } = { name: '' }] = lockKeys(url, null, 'acme');
      await writeFile(join(folder(), `${name}.lock`), text);
      const clock = quickClock();
      await take({ clock });
      expect(clock.pauses).toEqual([]);
      expect(await readdir(folder())).toHaveLength(1);
    },
  );

  it('is held against a process with the same number in another container', async () => {
    await take({ pid: 1 });
    const other = { namespace: 'pid:[2]', machine: 'other', startedAt: '5' };
    const refused = take({ pid: 1, self: other, look: () => ({ startedAt: '5' }) });
    await expect(refused).rejects.toMatchObject({
      code: 'LOCKED',
      message: expect.stringMatching(/\(process 1 on box\).*and gave a sign of life \d+ seconds? ago\./),
    });
  });

  it('is never taken from an owner that certainly lives, however long it was silent', async () => {
    await take({ pid: 101 });
    const clock = quickClock();
    clock.beat(3_600_000);
    await expect(take({ pid: 202, clock })).rejects.toMatchObject({ code: 'LOCKED' });
  });

  it('is taken from an owner of whom nothing is known but a minute of silence, once that was heard here too', async () => {
    await take({ pid: 101 });
    const clock = quickClock();
    const self = { boot: 'another' };
    await expect(take({ pid: 202, self, clock, waitMs: 0 })).rejects.toMatchObject({ code: 'LOCKED' });
    clock.beat(60_000);
    await take({ pid: 202, self, clock });
    expect(waited(clock)).toBeGreaterThan(5000);
    expect(waited(clock)).toBeLessThan(10_000);
  });

  it('is kept by signs of life, also where the clock of the owner is far off', async () => {
    const theirs = quickClock();
    theirs.beat(7_200_000);
    await take({ pid: 101, clock: theirs });
    const clock = quickClock();
    const beating = {
      ...clock,
      sleep: async (ms: number) => {
        theirs.beat(ms);
        await vi.waitFor(async () => expect(await beatOf()).not.toBe(last));
        last = await beatOf();
        await clock.sleep(ms);
      },
    };
    const store = new FolderLocks(folder(), lockFiles);
    const [key] = lockKeys(url, null, 'acme');
    const beatOf = async () => (await store.find(key?.name ?? ''))?.beatAt;
    let last = await beatOf();
    const refused = take({ pid: 202, self: { boot: 'another' }, clock: beating });
    await expect(refused).rejects.toMatchObject({
      code: 'LOCKED',
      message: expect.stringContaining('by a clock that is ahead'),
    });
  });

  it('ends its wait when it is told to stop, with the signal', async () => {
    await take({ pid: 101 });
    const stop = AbortSignal.abort(new Interruption('SIGTERM'));
    await expect(take({ pid: 202, stop })).rejects.toMatchObject({ code: 'INTERRUPTED', signal: 'SIGTERM' });
  });

  it.each([
    ['another host', lockKeys('https://other.example', null, 'acme')],
    ['another provider', lockKeys(url, null, 'other')],
  ])('is another one for %s', async (_name, keys) => {
    await take({ pid: 101 });
    const clock = quickClock();
    await take({ pid: 202, clock, keys });
    expect(clock.pauses).toEqual([]);
  });

  it('is given back by its owner only', async () => {
    const locks = await take({ pid: 101 });
    await take({ pid: 202, look: allBut(101) });
    await locks.release();
    await expect(take({ pid: 303 })).rejects.toMatchObject({
      code: 'LOCKED',
      message: expect.stringContaining('run-of-202'),
    });
  });

  it('is not given back by an owner that was silent so long that somebody may be about to take it', async () => {
    const clock = quickClock();
    const locks = await take({ pid: 101, clock });
    await clock.sleep(30_000);
    await locks.release();
    expect(await readdir(folder())).toHaveLength(1);
  });

  it.each([
    ['that nobody holds', false],
    ['whose owner is gone', true],
  ])('%s lets exactly one of many through', async (_name, left) => {
    if (left) await take({ pid: 101 });
    const look = allBut(101);
    const tries = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) => take({ pid: 500 + index, waitMs: 0, look })),
    );
    expect(tries.filter((each) => each.status === 'fulfilled')).toHaveLength(1);
    for (const each of tries) if (each.status === 'rejected') expect(each.reason).toMatchObject({ code: 'LOCKED' });
    expect(await readdir(folder())).toHaveLength(1);
  });

  it('that cannot be read is no lock that is free', async () => {
    const [{ name } = { name: '' }] = lockKeys(url, null, 'acme');
    await mkdir(join(folder(), `${name}.lock`), { recursive: true });
    await expect(take()).rejects.toMatchObject({
      code: 'STATE_UNWRITABLE',
      message: expect.stringContaining(`${name}.lock cannot be read (EISDIR)`),
    });
  });
});

describe('the locks of an address and of the host behind it', () => {
  const keys = (address: string, proven = true) => lockKeys(address, { value: 'the host', proven }, 'acme');

  it('are taken both, and given back both', async () => {
    const locks = await take({ keys: keys(url) });
    expect(await readdir(folder())).toHaveLength(2);
    await locks.release();
    expect(await readdir(folder())).toEqual([]);
  });

  it('refuse by the host, whatever its address, and then leave no part', async () => {
    await take({ pid: 101, keys: keys(url) });
    const other = { hostUrl: 'https://alias.example', keys: keys('https://alias.example') };
    await expect(take({ pid: 202, ...other })).rejects.toMatchObject({ code: 'LOCKED' });
    expect(await readdir(folder())).toHaveLength(2);
  });

  it('only warn where a host may be another one', async () => {
    await take({ pid: 101, keys: keys(url, false) });
    const notice = vi.fn<(text: string) => void>();
    const clock = quickClock();
    const locks = await take({ pid: 202, keys: keys('https://alias.example', false), notice, clock });
    expect(notice.mock.calls).toEqual([[expect.stringMatching(/run-of-101.*may mean another host.*\.lock\.$/)]]);
    expect(clock.pauses).toEqual([]);
    await locks.release();
    expect(await readdir(folder())).toHaveLength(2);
  });
});

describe('a run whose lock is taken away', () => {
  const losing = async (changes: Changes = {}) => {
    const clock = quickClock();
    const lost = vi.fn<LockOptions['lost']>();
    const locks = await take({ pid: 101, clock, lost, ...changes });
    return { clock, lost, locks };
  };

  it('is told once, at the next sign of life, and leaves the lock to its new owner', async () => {
    const { clock, lost, locks } = await losing();
    clock.beat(5000);
    await tick();
    await take({ pid: 202, look: allBut(101) });
    expect(lost).not.toHaveBeenCalled();
    clock.beat(5000);
    await vi.waitFor(() => expect(lost).toHaveBeenCalled());
    clock.beat(5000);
    await locks.release();
    expect(lost.mock.calls).toEqual([
      [expect.objectContaining({ code: 'LOCK_LOST', message: expect.stringContaining(await lockFile()) as unknown })],
    ]);
    expect(await readFile(await lockFile(), 'utf8')).toContain('run-of-202');
  });

  it('is told when a person has removed the file', async () => {
    const { clock, lost } = await losing();
    await rm(await lockFile());
    clock.beat(5000);
    await vi.waitFor(() => expect(lost).toHaveBeenCalled());
  });

  it('is not told after it has given the lock back', async () => {
    const { clock, lost, locks } = await losing();
    await locks.release();
    clock.beat(5000);
    await tick();
    expect(lost).not.toHaveBeenCalled();
  });

  it('is told when signs of life have failed so long that it may count as dead soon', async () => {
    const store = new FolderLocks(folder(), lockFiles);
    const { clock, lost } = await losing({ store });
    vi.spyOn(store, 'beat').mockRejectedValue(new Error('no space left'));
    for (const [ms, times] of [
      [5000, 0],
      [24_000, 0],
      [5000, 1],
    ] as const) {
      clock.beat(ms);
      await tick();
      expect(lost).toHaveBeenCalledTimes(times);
    }
    expect(lost.mock.calls[0]?.[0].message).toContain('no space left');
  });

  it('is not told of a lock that only warns', async () => {
    const { clock, lost } = await losing({
      keys: lockKeys(url, { value: 'x', proven: false }, 'acme').slice(1),
    });
    await rm(await lockFile());
    clock.beat(5000);
    await tick();
    await tick();
    expect(lost).not.toHaveBeenCalled();
  });
});
