import { setImmediate as tick } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { untilLockIsLost } from '../../src/apply/lost-lock.ts';
import type { Host } from '../../src/host/host.ts';
import { takeLocks, type LockOptions } from '../../src/journal/lock/lock.ts';
import type { FoundLock, Lease, LockStore } from '../../src/journal/lock/lock-store.ts';
import type { RelayError } from '../../src/core/relay-error.ts';
import { aLockOwner } from '../support/journals.ts';
import { quickClock } from '../support/clocks.ts';

const timing = { silentMs: 15_000, safeMs: 13_000, freshMs: 6000 };
const self = { pid: 1, machine: 'here', boot: 'b', namespace: 'n', startedAt: '1' };
const other = aLockOwner('a', { run: 'run-1', boot: 'c' });

/** Leases by one clock, in which another run has one whose last sign of life is `silentMs` old. */
function leases(silentMs: number | null, clock = quickClock()) {
  let row = silentMs === null ? undefined : { owner: other, beats: 0, at: clock.now() - silentMs };
  let answers: 'well' | 'not' = 'well';
  const unlessGone = () => {
    if (answers === 'not') throw new Error('the database is away.');
  };
  const stateAt = (age: number): Lease['state'] =>
    age < 0 ? 'ahead' : age >= timing.silentMs ? 'expired' : age >= 7000 ? 'overdue' : 'live';
  const store: LockStore = {
    timing,
    placeOf: (name) => `${name} in the database`,
    adviceOn: () => 'it is free soon',
    find: async (): Promise<FoundLock | undefined> =>
      row && {
        token: row.owner.token,
        owner: row.owner,
        beatAt: row.at,
        lease: { beats: String(row.beats), state: stateAt(clock.now() - row.at) },
      },
    take: async (_name, owner, from) => {
      if (row?.owner.token !== from?.token) return false;
      row = { owner, beats: 0, at: clock.now() };
      return true;
    },
    beat: async (_name, token) => {
      unlessGone();
      if (row?.owner.token !== token) return false;
      row = { ...row, beats: row.beats + 1, at: clock.now() };
      return true;
    },
    release: async (_name, token) => {
      if (row?.owner.token === token) row = undefined;
    },
  };
  return {
    clock,
    store,
    owner: () => row?.owner.run,
    take: (run: string) => (row = { owner: { ...other, run, token: 'f'.repeat(32) }, beats: 0, at: clock.now() }),
    setClock: (at: number) => row && (row.at = at),
    goAway: () => (answers = 'not'),
  };
}

const taking = (of: ReturnType<typeof leases>, more: Partial<LockOptions> = {}) =>
  takeLocks({
    store: of.store,
    keys: [{ name: 'n', refuses: true }],
    provider: 'acme',
    hostUrl: 'https://host.example',
    run: 'run-2',
    timeoutMs: 20_000,
    waitMs: 10_000,
    clock: of.clock,
    processes: { self, look: () => 'gone' },
    stop: new AbortController().signal,
    notice: (text) => expect.unreachable(text),
    lost: (error) => expect.unreachable(error.message),
    ...more,
  });

const waited = ({ clock }: ReturnType<typeof leases>) => clock.pauses.reduce((sum, ms) => sum + ms, 0);

describe('a lease of another run (N26)', () => {
  it('that is alive is not waited for beyond ten seconds, and is told by run, machine and last sign of life', async () => {
    const of = leases(0);
    const beating = { ...of.store, find: () => (of.setClock(of.clock.now() - 1000), of.store.find('n')) };
    await expect(taking(of, { store: beating })).rejects.toMatchObject({
      code: 'LOCKED',
      exitCode: 3,
      message: expect.stringMatching(
        /^The run run-1 \(process 7 on runner-1\) has been at work .*gave a sign of life .* ago\. Its lock is n in the database\.$/,
      ) as unknown,
      hint: 'Wait until that run has ended. If there is no such run any more, it is free soon.',
    });
    expect(waited(of)).toBeLessThan(10_500);
  });

  it('whose owner dies while it is waited for is waited out, taken over, and told', async () => {
    const of = leases(1000);
    const [notice, waits] = [vi.fn(), vi.fn()];
    await taking(of, { notice, waits });
    expect(waits.mock.calls).toEqual([[expect.stringMatching(/^The run run-1 .* Waiting for it\.$/)]]);
    expect(of.owner()).toBe('run-2');
    // Until it expires, and then for what may still be under way: the time-out of the other, and what is not yet stale.
    expect(waited(of)).toBe(14_000 + 36_000);
    expect(notice.mock.calls).toEqual([
      [expect.stringMatching(/run-1 .*It is taken for dead\. Waiting 36 seconds for requests of it that may still/)],
    ]);
  });

  it('that has long expired is taken at once, and its requests are waited for all the same: its clock may have jumped', async () => {
    const of = leases(3_600_000);
    await taking(of, { notice: () => undefined });
    expect(of.clock.pauses).toEqual([36_000]);
  });

  it('whose clock was set back is watched for as long as it lasts', async () => {
    const of = leases(-3_600_000);
    await taking(of, { notice: () => undefined });
    expect(waited(of)).toBeGreaterThanOrEqual(15_000 + 36_000);
  });

  it('is left, and not given back, where the wait is stopped: the next run waits for the same requests', async () => {
    const of = leases(3_600_000);
    const stop = new AbortController();
    const clock = { ...of.clock, sleep: async () => stop.abort() };
    await expect(taking(of, { notice: () => undefined, clock, stop: stop.signal })).rejects.toMatchObject({
      code: 'INTERRUPTED',
    });
    expect(of.owner()).toBe('run-2');
    const before = waited(of);
    await taking(of, { run: 'run-3', timeoutMs: 1000, notice: () => undefined });
    expect([of.owner(), waited(of) - before]).toEqual(['run-3', 15_000 + 36_000]);
  });
});

/** A host behind the gate of these locks, and what it was sent. */
function gatedBy(locks: Awaited<ReturnType<typeof taking>>, stop: AbortController) {
  const sent: string[] = [];
  const host = {
    through: (gate: Parameters<Host['through']>[0]) => ({
      write: (what: string) => gate.write(async () => sent.push(what)),
    }),
  } as unknown as Host;
  const { write } = untilLockIsLost(host, stop.signal, () => locks.confirm()) as unknown as {
    write: (what: string) => Promise<unknown>;
  };
  return { write, sent };
}

describe('a run that holds a lease', () => {
  const holding = async () => {
    const of = leases(null);
    const stop = new AbortController();
    const lost = vi.fn((reason: RelayError) => stop.abort(reason));
    const locks = await taking(of, { lost });
    return { of, lost, locks, ...gatedBy(locks, stop) };
  };

  it('sends without asking while its last sign of life is fresh', async () => {
    const { of, write, sent } = await holding();
    of.take('run-3');
    await write('a');
    expect(sent).toEqual(['a']);
  });

  it('asks first after it was stopped, and sends nothing where another has the lease', async () => {
    const { of, write, sent, lost } = await holding();
    await of.clock.sleep(300_000);
    of.take('run-3');
    await expect(write('a')).rejects.toMatchObject({ code: 'LOCK_LOST', exitCode: 6 });
    expect([sent, lost.mock.calls.length]).toEqual([[], 1]);
    await expect(write('b')).rejects.toMatchObject({ code: 'LOCK_LOST' });
  });

  it('goes on after it was stopped where nobody has taken the lease', async () => {
    const { of, write, sent } = await holding();
    await of.clock.sleep(300_000);
    await write('a');
    expect([sent, of.owner()]).toEqual([['a'], 'run-2']);
  });

  it('whose store is away sends until its lease may be another’s, and nothing after that', async () => {
    const { of, write, sent, locks } = await holding();
    of.goAway();
    await of.clock.sleep(12_000);
    await write('a');
    await of.clock.sleep(1000);
    await expect(write('b')).rejects.toMatchObject({
      code: 'LOCK_LOST',
      message: 'The lock n in the database could not be kept: the database is away.',
    });
    expect(sent).toEqual(['a']);
    await locks.release();
    expect(of.owner()).toBe('run-2');
  });

  it('gives signs of life by itself', async () => {
    const { of, lost, write } = await holding();
    for (let beat = 0; beat < 10; beat += 1) {
      of.clock.beat(5000);
      await tick();
    }
    await write('a');
    expect(lost).not.toHaveBeenCalled();
  });
});
