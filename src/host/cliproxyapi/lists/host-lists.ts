import { z } from 'zod';
import { writeResult, type WriteResult } from '../../host-failure.ts';
import type { ApiClient } from '../../http/api-client.ts';
import { RelayError } from '../../../core/relay-error.ts';
import { Secret } from '../../../core/secrets/secret.ts';
import { management } from '../api/client.ts';
import { anything } from '../api/wire.ts';
import { probeUserPrefix } from '../../names.ts';
import { clientKeysOf } from '../client-keys.ts';
import { comparedToFile } from './as-file.ts';
import { configLists, type ConfigLists } from './config-file.ts';
import {
  elementsOf,
  listNames,
  secretsIn,
  unitsIn,
  withUnit,
  type Elements,
  type ListName,
  type Unit,
} from './units.ts';
import { writeUntilKept } from './write-until-kept.ts';
import { foreignIn, ownIn, same, sketchOf, unmarked } from './compare.ts';

/** What those who work on one host know of it together. */
export interface Seen {
  /** What stood in each list when relay looked at it last, or after it wrote there. */
  lists: Map<ListName, Elements>;
  /** Begun with the first write: whether what others have stands in the file as well. */
  isSaved: Promise<boolean> | undefined;
}

/** Where they differ, any write would undo what the file says. */
export const otherThanFile = {
  message: 'the host works with something else than its configuration file says, which the next write would undo',
  hint: 'The file was replaced and is not watched any more, or a write of somebody was lost: restart the host, look what it holds, and run the same again.',
};

/**
 * The lists of upstream keys of a host, which answers a write with 200 and may lose it: it reads its file again in the
 * background, and a write that falls into that is overwritten. So a change is written, looked for until it stays, and
 * written again if it has vanished. What others have must not change meanwhile.
 */
export class HostLists {
  readonly #client: ApiClient;
  readonly #seen: Seen;
  /** What is kept out of all texts already. */
  readonly #learnt = new Set<string>();

  /** `seen`: shared by all who work on one host, so that whoever writes knows what was planned with. */
  constructor(client: ApiClient, seen: Seen = { lists: new Map(), isSaved: undefined }) {
    this.#client = client;
    this.#seen = seen;
  }

  /** All units, as they are planned with: what others change of them from now on stops whoever writes. */
  async unitsToPlan(): Promise<Unit[]> {
    this.#seen.lists.clear();
    return this.units();
  }

  /** All units. Throws `HostFailure`. */
  async units(): Promise<Unit[]> {
    const lists = await Promise.all(
      listNames.map(async (list) => {
        const elements = await this.#read(list);
        if (!this.#seen.lists.has(list)) this.#seen.lists.set(list, elements);
        return unitsIn(list, elements);
      }),
    );
    return lists.flat();
  }

  /** Whether the host works with what its file says; `theirs`: as far as it is not relay's. */
  async agreesWith(file: ConfigLists, whose: 'all' | 'theirs'): Promise<boolean> {
    const [entries, clients] = whose === 'all' ? [every, every] : [unmarked, unprobed];
    for (const list of listNames)
      if (!same(sketchOf(list, entries(await this.#read(list))), sketchOf(list, entries(file[list])))) return false;
    return same(clients(await clientKeysOf(this.#client)), clients(file.clients));
  }

  /**
   * Writes a unit as `change` makes it of what stands there, and waits until the host keeps it. Nothing is sent where nothing
   * changes. Throws `OTHER_WRITER` where anything else in the list has changed since relay last saw it.
   */
  async write(list: ListName, change: (units: readonly Unit[]) => Unit | undefined): Promise<WriteResult<void>> {
    return writeResult(async () => {
      const before = await this.#read(list);
      const unit = change(unitsIn(list, before));
      if (unit === undefined) return;
      const after = withUnit(before, unit);
      const foreign = foreignIn(before, unit);
      if (foreignIn(this.#seen.lists.get(list) ?? before, unit) !== foreign)
        throw new RelayError('OTHER_WRITER', `Somebody else has changed ${list} of the host since relay looked at it.`);
      const wanted = sketchOf(list, after);
      if (same(wanted, sketchOf(list, before)) && (await this.#isSaved(list, after, unit))) return;
      await this.refuseUnsaved();
      let known: Elements | undefined = before;
      await writeUntilKept(list, this.#client, {
        send: async () => {
          const now = known ?? (await this.#read(list));
          known = undefined;
          await this.#send(list, now, unit);
        },
        look: () => this.#shows(list, wanted, unit, foreign),
      });
      this.#seen.lists.set(list, after);
    });
  }

  /**
   * To be called before anything is written. Throws `OTHER_WRITER` where the host works with something else of others' than
   * its file says.
   */
  async refuseUnsaved(): Promise<void> {
    this.#seen.isSaved ??= comparedToFile(this.#client, (file) => this.agreesWith(file, 'theirs')).then(
      (is) => is !== 'differs',
    );
    const isSaved = await this.#seen.isSaved.catch((error: unknown) => {
      this.#seen.isSaved = undefined;
      throw error;
    });
    if (isSaved) return;
    this.#seen.isSaved = undefined;
    const { message, hint } = otherThanFile;
    throw new RelayError('OTHER_WRITER', `${message.charAt(0).toUpperCase()}${message.slice(1)}.`, { hint });
  }

  /** What could not be saved shows in the list all the same. An empty file tells nothing. */
  async #isSaved(list: ListName, elements: Elements, unit: Unit): Promise<boolean> {
    const file = await configLists(this.#client);
    return file === undefined || same(ownIn(list, file[list], unit), ownIn(list, elements, unit));
  }

  async #read(list: ListName): Promise<Elements> {
    const form = z.looseObject({ [list]: elementsOf(list).nullable() });
    const elements = (await this.#client.get(`${management}/${list}`, form))[list] ?? [];
    for (const secret of secretsIn(list, elements)) {
      if (this.#learnt.has(secret)) continue;
      this.#learnt.add(secret);
      this.#client.http.redactor.learn(new Secret(secret));
    }
    return elements;
  }

  /**
   * There is no way to add one element, so a new one is sent with all; a known one is changed by its name alone, where it
   * alone bears that.
   */
  async #send(list: ListName, before: Elements, unit: Unit): Promise<void> {
    const after = withUnit(before, unit);
    const path = `${management}/${list}`;
    const isNamed = (each: unknown) => (each as { name?: unknown }).name === unit.name;
    const isAlone = list === 'openai-compatibility' && unit.name !== '' && before.filter(isNamed).length === 1;
    const send = async () => {
      if (!isAlone || after.length > before.length) return this.#client.write('PUT', path, after, anything);
      if (after.length < before.length)
        return this.#client.write('DELETE', `${path}?name=${encodeURIComponent(unit.name)}`, undefined, anything);
      const element = after.find(isNamed) as Record<string, unknown>;
      const { 'base-url': baseUrl, 'api-key-entries': keys, models, headers } = element;
      const value = { 'base-url': baseUrl, 'api-key-entries': keys, models, headers };
      return this.#client.write('PATCH', path, { name: unit.name, value }, anything);
    };
    const end = await send();
    if (end.status !== 'applied') throw end.failure;
  }

  /** Whether list and file show what is wanted; nothing while the file is empty. */
  async #shows(list: ListName, wanted: readonly string[], unit: Unit, foreign: string): Promise<boolean | undefined> {
    const shown = await this.#read(list);
    if (foreignIn(shown, unit) !== foreign)
      throw new RelayError('OTHER_WRITER', `Somebody else is changing ${list} of the host at the same time.`, {
        holds: 'The host may hold what relay had sent until then.',
        exitCode: 6,
      });
    const file = await configLists(this.#client);
    return file && same(sketchOf(list, shown), wanted) && same(sketchOf(list, file[list]), wanted);
  }
}

function every<T>(list: readonly T[]): readonly T[] {
  return list;
}

/** Keys of clients that are not relay's. */
function unprobed(keys: readonly string[]): readonly string[] {
  return keys.filter((key) => !key.startsWith(probeUserPrefix));
}
