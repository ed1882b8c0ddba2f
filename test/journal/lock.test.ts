import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeLock, type LockOptions } from '../../src/journal/lock.ts';
import { Interruption } from '../../src/terms/relay-error.ts';
import { quickClock } from '../support/clocks.ts';

let stateDir: string;
beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'relay-lock-'));
});
afterEach(() => rm(stateDir, { recursive: true, force: true }));

const take = (changes: Partial<LockOptions> & { pid?: number } = {}) => {
  const { pid = 101, ...more } = changes;
  return takeLock({
    stateDir,
    hostUrl: 'https://host.example',
    provider: 'acme',
    owner: { pid, run: `run-of-${pid}`, since: '2026-11-21T05:00:00.000Z' },
    waitMs: 10_000,
    clock: quickClock(),
    isAlive: () => true,
    stop: new AbortController().signal,
    ...more,
  });
};

describe('the lock of a provider on a host (N12)', () => {
  it('is refused while another run holds it, after ten seconds, naming that run', async () => {
    await take({ pid: 101 });
    const clock = quickClock();
    const refused = take({ pid: 202, clock });
    await expect(refused).rejects.toMatchObject({
      code: 'LOCKED',
      message: expect.stringMatching(/run-of-101 \(process 101\).*since 2026-11-21T05:00/),
    });
    const waited = clock.pauses.reduce((sum, ms) => sum + ms, 0);
    expect(waited).toBeGreaterThanOrEqual(10_000);
    expect(waited).toBeLessThan(11_000);
  });

  it('is taken as soon as the other run gives it back', async () => {
    const giveBack = await take({ pid: 101 });
    const clock = { ...quickClock(), sleep: async () => giveBack() };
    await (
      await take({ pid: 202, clock })
    )();
    expect(await readdir(join(stateDir, 'locks'))).toEqual([]);
  });

  it('heals itself when its owner is gone', async () => {
    await take({ pid: 101 });
    const clock = quickClock();
    await take({ pid: 202, clock, isAlive: (pid) => pid !== 101 });
    expect(clock.pauses).toEqual([]);
  });

  it.each([
    ['another run', 'crashed'],
    ['the run that is resumed now', 'run-of-101'],
  ])('heals itself when %s had the number of this process, as in a container', async (_name, run) => {
    await take({ pid: 101, owner: { pid: 101, run, since: '2026-11-20T05:00:00.000Z' } });
    const clock = quickClock();
    await take({ pid: 101, clock });
    expect(clock.pauses).toEqual([]);
  });

  it('ends its wait when it is told to stop, with the signal', async () => {
    await take({ pid: 101 });
    const stop = AbortSignal.abort(new Interruption('SIGTERM'));
    await expect(take({ pid: 202, stop })).rejects.toMatchObject({ code: 'INTERRUPTED', signal: 'SIGTERM' });
  });

  it.each([
    ['another host', { hostUrl: 'https://other.example' }],
    ['another provider', { provider: 'other' }],
  ])('is another one for %s', async (_name, changes) => {
    await take({ pid: 101 });
    const clock = quickClock();
    await take({ pid: 202, clock, ...changes });
    expect(clock.pauses).toEqual([]);
  });

  it('is given back by its owner only', async () => {
    const giveBack = await take({ pid: 101 });
    await take({ pid: 202, isAlive: (pid) => pid !== 101 });
    giveBack();
    await expect(take({ pid: 303 })).rejects.toMatchObject({
      code: 'LOCKED',
      message: expect.stringContaining('run-of-202'),
    });
  });

  it('lets exactly one of many through', async () => {
    const tries = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) => take({ pid: 500 + index, waitMs: 0 })),
    );
    expect(tries.filter((each) => each.status === 'fulfilled')).toHaveLength(1);
    expect(await readdir(join(stateDir, 'locks'))).toHaveLength(1);
  });
});
