import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { LockFile, LockFiles } from './lock-files.ts';
import { lockOwnerIn, type LockOwner } from '../lock/lock-owner.ts';
import type { FoundLock, LockStore } from '../lock/lock-store.ts';

/**
 * Locks as files of one folder, for all processes that share it. NAME.lock holds its owner, the root. It appears by a link
 * to a file that is whole, NAME.<token>.claim, and is touched for a sign of life.
 *
 * Nothing replaces a file only if it is a certain one, so taking over goes by heirs: NAME.<T>.heir is who comes after the
 * owner with the token T, and is made by a link too, hence by one process only. From the root, heirs lead to the last,
 * who is the owner. To come after the last, D
 *
 * 1. links its claim as the heir of the last,
 * 2. removes the claims of all before it,
 * 3. looks whether the root is still the one it began with, and gives up if not,
 * 4. moves its claim over NAME.lock, and gives up if the claim is gone,
 * 5. removes the heirs that led to it.
 *
 * At most one process gets through 4 from a root T, so two are never told that they have the lock. While T is the root,
 * nobody removes an heir that others stand on: 5 comes after the root has changed, and who gives up in 3 began with an
 * earlier root and removes its own heir at once. So all who come after T stand in one line. Of two of them the later, B,
 * removes the claim of the earlier, A, before it looks at the root. If A moved its claim before that, B sees another root
 * than T; if not, A has nothing to move any more, however long it slept. A token is never used twice, so no root comes
 * back: whoever makes an heir anew that 5 has removed sees another root, and gives up.
 *
 * What this asks of processes: between the look and the removal when one gives up, or gives the lock back, it must not
 * sleep so long that it is taken for dead. It is awake there for some milliseconds, and dead is who was silent for a minute.
 */
export class FolderLocks implements LockStore {
  readonly timing = { silentMs: 60_000, safeMs: 30_000, freshMs: 30_000 };
  readonly #folder: string;
  readonly #files: LockFiles;

  constructor(folder: string, files: LockFiles) {
    this.#folder = folder;
    this.#files = files;
  }

  placeOf(name: string): string {
    return join(this.#folder, `${name}.lock`);
  }

  adviceOn(name: string): string {
    return `remove ${this.placeOf(name)}`;
  }

  async find(name: string): Promise<FoundLock | undefined> {
    return (await this.#line(name)).at(-1);
  }

  async take(name: string, owner: LockOwner, from: FoundLock | undefined, now: number): Promise<boolean> {
    const claim = this.#claim(name, owner.token);
    const line = from === undefined ? [] : await this.#line(name);
    const [root] = line;
    if (line.at(-1)?.token !== from?.token) return false;
    await this.#files.create(claim, JSON.stringify(owner), now);
    if (from === undefined || root === undefined) {
      const taken = await this.#files.link(claim, this.placeOf(name));
      await this.#files.remove(claim);
      return taken;
    }
    const heir = this.#heir(name, from.token);
    if (!(await this.#files.link(claim, heir))) {
      await this.#files.remove(claim);
      return false;
    }
    for (const { token } of line) await this.#files.remove(this.#claim(name, token));
    if ((await this.#root(name))?.token !== root.token) {
      await this.#files.remove(claim);
      await this.#files.remove(heir);
      return false;
    }
    if (!(await this.#files.rename(claim, this.placeOf(name)))) return false;
    for (const { token } of line) await this.#files.remove(this.#heir(name, token));
    return true;
  }

  async beat(name: string, token: string, now: number): Promise<boolean> {
    if ((await this.#root(name))?.token !== token) return false;
    return this.#files.touch(this.placeOf(name), now);
  }

  async release(name: string, token: string): Promise<void> {
    if ((await this.#root(name))?.token === token) await this.#files.remove(this.placeOf(name));
  }

  /** From the root to the last heir. */
  async #line(name: string): Promise<FoundLock[]> {
    const line: FoundLock[] = [];
    let next = await this.#root(name);
    while (next !== undefined && !line.some(({ token }) => token === next?.token)) {
      line.push(next);
      next = await this.#read(this.#heir(name, next.token));
    }
    return line;
  }

  #root(name: string): Promise<FoundLock | undefined> {
    return this.#read(this.placeOf(name));
  }

  async #read(path: string): Promise<FoundLock | undefined> {
    const file = await this.#files.read(path);
    return file && foundIn(file);
  }

  #claim(name: string, token: string): string {
    return join(this.#folder, `${name}.${token}.claim`);
  }

  #heir(name: string, token: string): string {
    return join(this.#folder, `${name}.${token}.heir`);
  }
}

function foundIn({ text, touchedAt: beatAt, id }: LockFile): FoundLock {
  const owner = lockOwnerIn(text);
  const token = owner?.token ?? createHash('sha256').update(`${id} ${text}`).digest('hex').slice(0, 32);
  return { token, owner, beatAt, lease: null };
}
