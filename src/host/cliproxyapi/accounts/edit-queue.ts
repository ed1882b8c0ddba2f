import { HostFailure, type WriteResult } from '../../host-failure.ts';
import type { HostLists } from '../lists/host-lists.ts';
import type { ListName, Unit } from '../lists/units.ts';

/** A change of one unit; nothing where it finds what it is about no more. */
export type Edit = (unit: Unit | undefined) => Unit | undefined;

/** Whose unit is meant, and in which list it is. */
export interface UnitKey {
  list: ListName;
  find: (unit: Unit) => boolean;
  id: string;
}

interface Waiting {
  key: UnitKey;
  edit: Edit;
  done: (end: WriteResult<void>) => void;
  failed: (error: unknown) => void;
}

/**
 * Writes one after the other, since each replaces what stood there: what is asked for while one is under way goes together
 * with the next. On this host a write takes a second, and ten keys in one take no longer than one.
 */
export class EditQueue {
  readonly #lists: HostLists;
  readonly #waiting: Waiting[] = [];
  #isRunning = false;

  constructor(lists: HostLists) {
    this.#lists = lists;
  }

  /** Carries an edit out, together with others of the same unit. Throws what writing throws. */
  edit(key: UnitKey, edit: Edit): Promise<WriteResult<void>> {
    return new Promise((done, failed) => {
      this.#waiting.push({ key, edit, done, failed });
      if (!this.#isRunning) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    // Whoever asks in the same turn goes along.
    await Promise.resolve();
    for (let [first] = this.#waiting; first !== undefined; [first] = this.#waiting) {
      const { key } = first;
      const together = this.#waiting.filter((each) => each.key.id === key.id);
      for (const each of together) this.#waiting.splice(this.#waiting.indexOf(each), 1);
      await this.#together(key, together);
    }
    this.#isRunning = false;
  }

  async #together({ list, find }: UnitKey, together: readonly Waiting[]): Promise<void> {
    const absent = new Set<Waiting>();
    try {
      const end = await this.#lists.write(list, (units) => {
        const [before, ...more] = units.filter(find);
        if (more.length > 0) throw severalMarked();
        let now = before;
        absent.clear();
        for (const each of together) {
          const next = each.edit(now);
          if (next === undefined) absent.add(each);
          else now = next;
        }
        return now === before ? undefined : now;
      });
      for (const each of together) each.done(absent.has(each) ? gone() : end);
    } catch (error) {
      for (const { failed } of together) failed(error);
    }
  }
}

function gone(): WriteResult<void> {
  const failure = new HostFailure('HOST_FAILED', 'The host does not hold that key any more.', {
    status: 404,
    delivery: 'not_applied',
    transient: false,
  });
  return { status: 'rejected', failure };
}

function severalMarked(): HostFailure {
  return new HostFailure('HOST_FAILED', 'It was not sent: several providers of the host bear its mark.', {
    delivery: 'not_applied',
    transient: false,
    hint: 'Remove all but one in the configuration of the host.',
  });
}
