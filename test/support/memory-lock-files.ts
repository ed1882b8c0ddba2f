import type { LockFile, LockFiles } from '../../src/journal/folder/lock-files.ts';

/** The files of a folder, in memory: what each path leads to. Two paths may lead to the same file. */
export class MemoryFolder {
  readonly paths = new Map<string, LockFile>();
  #made = 0;

  /** Puts a file where it was not made by a link, as a person would. */
  put(path: string, text: string, touchedAt = 0): void {
    this.#made += 1;
    this.paths.set(path, { text, touchedAt, id: String(this.#made) });
  }

  /** The steps of one process, each done whole once `before` has let it through. */
  files(before: (step: string, path: string) => Promise<void>): LockFiles {
    const { paths } = this;
    return {
      read: async (path) => {
        await before('read', path);
        const file = paths.get(path);
        return file && { ...file };
      },
      create: async (path, text, touchedAt) => {
        await before('create', path);
        this.put(path, text, touchedAt);
      },
      link: async (path, second) => {
        await before('link', second);
        const file = paths.get(path);
        if (file === undefined || paths.has(second)) return false;
        paths.set(second, file);
        return true;
      },
      rename: async (path, over) => {
        await before('rename', over);
        const file = paths.get(path);
        if (file === undefined) return false;
        paths.delete(path);
        paths.set(over, file);
        return true;
      },
      touch: async (path, touchedAt) => {
        await before('touch', path);
        const file = paths.get(path);
        if (file === undefined) return false;
        file.touchedAt = touchedAt;
        return true;
      },
      remove: async (path) => {
        await before('remove', path);
        paths.delete(path);
      },
    };
  }
}

/** Is thrown out of a process that is killed before one of its steps. */
export class KilledAtStep extends Error {}

/** Carries out the work of one process, which waits at `turn` before each of its steps. */
export type Actor = (turn: () => Promise<void>) => Promise<void>;

/** Lets actors take their steps one at a time, to their end. `choose` says which of those that wait goes on, by its place. */
export async function interleave(
  actors: readonly Actor[],
  choose: (waiting: readonly number[]) => number,
): Promise<void> {
  const turns = new Map<number, () => void>();
  const running = new Set(actors.keys());
  const failures: unknown[] = [];
  for (const [index, actor] of actors.entries()) {
    const turn = () => new Promise<void>((resolve) => turns.set(index, resolve));
    void actor(turn)
      .catch((error: unknown) => (error instanceof KilledAtStep ? undefined : failures.push(error)))
      .finally(() => running.delete(index));
  }
  while (running.size > 0) {
    // Between its steps an actor waits for nothing but promises that are settled.
    while (turns.size < running.size) await undefined;
    if (running.size === 0) break;
    const waiting = [...turns.keys()].toSorted((a, b) => a - b);
    const next = waiting[choose(waiting) % waiting.length] ?? 0;
    const go = turns.get(next);
    turns.delete(next);
    go?.();
  }
  if (failures.length > 0) throw failures[0];
}

/** Tries every way to interleave. `begin` sets the scene anew; what it returns is asked after each. Returns how many there are. */
export async function everyWay(begin: () => { actors: readonly Actor[]; after: () => void }): Promise<number> {
  let path: number[] = [];
  for (let ways = 1; ; ways += 1) {
    const widths: number[] = [];
    const { actors, after } = begin();
    await interleave(actors, (waiting) => {
      const place = path[widths.length] ?? 0;
      widths.push(waiting.length);
      return place;
    });
    after();
    path = widths.map((_, index) => path[index] ?? 0);
    while (path.length > 0 && (path.at(-1) ?? 0) + 1 >= (widths[path.length - 1] ?? 1)) path.pop();
    if (path.length === 0) return ways;
    path[path.length - 1] = (path.at(-1) ?? 0) + 1;
  }
}
