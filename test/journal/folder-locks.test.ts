import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FolderLocks } from '../../src/journal/folder/folder-locks.ts';
import type { LockOwner } from '../../src/journal/lock/lock-owner.ts';
import type { FoundLock } from '../../src/journal/lock/lock-store.ts';
import { everyWay, interleave, KilledAtStep, MemoryFolder, type Actor } from '../support/memory-lock-files.ts';
import { runs } from '../support/sweep.ts';

const name = 'n';
const lockPath = '/locks/n.lock';

function owner(token: string): LockOwner {
  return {
    token: token.padStart(32, '0'),
    pid: 1,
    machine: 'm',
    boot: null,
    namespace: null,
    startedAt: null,
    timeoutMs: 30_000,
    run: token,
    since: '2026-11-21T05:00:00.000Z',
  };
}

const immediately = async () => undefined;

/** A folder in which the owner of a lock has died, and after it heirs that got as far as a claim. */
function afterDeaths(...heirs: LockOwner[]): MemoryFolder {
  const folder = new MemoryFolder();
  const dead = [owner('dead'), ...heirs];
  for (const [index, each] of dead.entries()) {
    const before = dead[index - 1];
    folder.put(before === undefined ? lockPath : `/locks/n.${before.token}.heir`, JSON.stringify(each));
    if (before !== undefined) folder.put(`/locks/n.${each.token}.claim`, JSON.stringify(each));
  }
  return folder;
}

function rootOf(folder: MemoryFolder): string | undefined {
  const file = folder.paths.get(lockPath);
  return file && (JSON.parse(file.text) as LockOwner).run;
}

/** The locks as one process sees them, which takes its turn before each step. */
function locksOf(folder: MemoryFolder, turn: (step: string, path: string) => Promise<void>): FolderLocks {
  return new FolderLocks('/locks', folder.files(turn));
}

function copyOf(folder: MemoryFolder): MemoryFolder {
  const copy = new MemoryFolder();
  for (const [path, file] of folder.paths) copy.paths.set(path, file);
  return copy;
}

/** As `expect`, where it is asked so often that it must cost nothing. */
function check(holds: boolean, seen: unknown): void {
  if (!holds) throw new Error(`two owners, or none: ${JSON.stringify(seen)}`);
}

/** Tries once to take over, and says so in `got`. */
function taker(folder: MemoryFolder, token: string, found: FoundLock | undefined, got: string[]): Actor {
  return async (turn) => {
    if (await locksOf(folder, turn).take(name, owner(token), found, 1)) got.push(token);
  };
}

describe('locks in a folder', () => {
  it('are taken once, touched and given back by their owner only, and leave nothing', async () => {
    const folder = new MemoryFolder();
    const locks = locksOf(folder, immediately);
    const [one, other] = [owner('a'), owner('b')];
    expect(await locks.find(name)).toBeUndefined();
    expect(await locks.take(name, one, undefined, 5)).toBe(true);
    expect(await locks.take(name, other, undefined, 6)).toBe(false);
    expect(await locks.find(name)).toEqual({ token: one.token, owner: one, beatAt: 5, lease: null });
    expect(await locks.beat(name, other.token, 7)).toBe(false);
    expect(await locks.beat(name, one.token, 8)).toBe(true);
    expect(await locks.find(name)).toMatchObject({ beatAt: 8 });
    await locks.release(name, other.token);
    expect(rootOf(folder)).toBe('a');
    await locks.release(name, one.token);
    expect([...folder.paths.keys()]).toEqual([]);
    expect(await locks.beat(name, one.token, 9)).toBe(false);
  });

  it.each(['', '{', '[]', '{"token":"../../x"}', JSON.stringify({ ...owner('a'), token: '../../x' })])(
    'tell no owner where a file holds %j, and are taken over from it',
    async (text) => {
      const folder = new MemoryFolder();
      folder.put(lockPath, text);
      const locks = locksOf(folder, immediately);
      const found = await locks.find(name);
      expect(found).toMatchObject({ owner: null, token: expect.stringMatching(/^[0-9a-f]{32}$/) });
      expect(await locks.take(name, owner('b'), found, 1)).toBe(true);
      expect([rootOf(folder), folder.paths.size]).toEqual(['b', 1]);
    },
  );

  it('are taken over past heirs that died before they had them, and then leave nothing of those', async () => {
    const folder = afterDeaths(owner('c1'), owner('c2'));
    const locks = locksOf(folder, immediately);
    const found = await locks.find(name);
    expect(found).toMatchObject({ owner: { run: 'c2' } });
    expect(await locks.take(name, owner('b'), found, 1)).toBe(true);
    expect([...folder.paths.keys()]).toEqual([lockPath]);
  });
});

describe('two that take over a lock at once', () => {
  it.each([
    ['an owner', []],
    ['an heir', [owner('c0')]],
  ])('do not both get it from %s that died, whatever the order of their steps', async (_name, heirs) => {
    const scene = afterDeaths(...heirs);
    const found = await locksOf(scene, immediately).find(name);
    const ways = await everyWay(() => {
      const folder = copyOf(scene);
      const got: string[] = [];
      const after = () => check(got.length === 1 && rootOf(folder) === got[0] && folder.paths.size === 1, got);
      return { actors: ['a', 'b'].map((token) => taker(folder, token, found, got)), after };
    });
    expect(ways).toBeGreaterThan(500);
  });

  it('do not when a third was killed anywhere on its way to it', async () => {
    const ends = new Set<string | undefined>();
    for (let steps = 0; steps < 9; steps += 1) {
      const killed = async () => {
        const folder = afterDeaths();
        let left = steps;
        const locks = locksOf(folder, async () => {
          left -= 1;
          if (left < 0) throw new KilledAtStep();
        });
        await locks
          .take(name, owner('a'), { token: owner('dead').token, owner: null, beatAt: 0, lease: null }, 1)
          .catch(() => false);
        return folder;
      };
      const scene = await killed();
      ends.add(rootOf(scene));
      const found = await locksOf(scene, immediately).find(name);
      await everyWay(() => {
        const folder = copyOf(scene);
        const got: string[] = [];
        const after = () => check(got.length === 1 && rootOf(folder) === got[0], got);
        return { actors: ['b', 'c'].map((token) => taker(folder, token, found, got)), after };
      });
    }
    expect(ends).toEqual(new Set(['dead', 'a']));
  });

  it('do not overwrite what they did not see, however long one that counts as dead slept', async () => {
    const ways = await everyWay(() => {
      const folder = afterDeaths();
      const actor =
        (by: string): Actor =>
        async (turn) => {
          const roots: (string | undefined)[] = [];
          const locks = locksOf(folder, async (step, path) => {
            await turn();
            if (path === lockPath && ['read', 'rename'].includes(step)) roots.push(rootOf(folder));
          });
          // Whoever is found counts as dead.
          const found = await locks.find(name);
          if (!(await locks.take(name, owner(by), found, 1))) return;
          const [looked, overwritten] = roots.slice(-2);
          check(looked === overwritten, roots);
        };
      return { actors: [actor('a'), actor('b')], after: () => check(rootOf(folder) !== 'dead', rootOf(folder)) };
    });
    expect(ways).toBeGreaterThan(500);
  });
});

/** What one process does in a schedule: how many steps it lives, and whether it gives the lock back when it has it. */
const life = fc.record({ steps: fc.oneof(fc.constant(Infinity), fc.nat(30)), givesBack: fc.boolean() });

describe('any number that take, hold, die and give back', () => {
  it('never has two owners that live, and leaves a lock that can be taken', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(life, { minLength: 2, maxLength: 4 }),
        fc.infiniteStream(fc.nat(11)),
        fc.boolean(),
        async (lives, order, begun) => {
          const folder = begun ? afterDeaths(owner('c0')) : new MemoryFolder();
          const dead = new Set([owner('dead').token, owner('c0').token]);
          const living = new Set<string>();
          let tokens = 0;
          const actors = lives.map(({ steps, givesBack }): Actor => async (turn) => {
            let left = steps;
            let token = '';
            const step = async () => {
              await turn();
              left -= 1;
              if (left >= 0) return;
              dead.add(token);
              living.delete(token);
              throw new KilledAtStep();
            };
            const locks = locksOf(folder, step);
            for (let tries = 0; tries < 6; tries += 1) {
              const found = await locks.find(name);
              if (found !== undefined && !dead.has(found.token)) continue;
              tokens += 1;
              const own = owner(`a${tokens.toString(16)}`);
              token = own.token;
              if (!(await locks.take(name, own, found, 1))) continue;
              living.add(token);
              expect([...living]).toEqual([token]);
              await step();
              await step();
              living.delete(token);
              dead.add(token);
              if (givesBack) {
                dead.delete(token);
                await locks.release(name, token);
              }
            }
          });
          await interleave(actors, () => order.next().value ?? 0);
          const locks = locksOf(folder, immediately);
          for (const end of ['takes', 'leaves'] as const) {
            const found = await locks.find(name);
            if (end === 'takes') expect(await locks.take(name, owner('f0'), found, 1)).toBe(true);
            else await locks.release(name, found?.token ?? '');
          }
          expect(rootOf(folder)).toBeUndefined();
        },
      ),
      { numRuns: runs(1500) },
    ));
});
