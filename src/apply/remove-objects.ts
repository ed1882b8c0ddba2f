import { HostFailure } from '../host/host-failure.ts';
import type { ChangeKind, Objects } from './change.ts';
import type { Driver } from './drivers/driver.ts';
import { drivers } from './drivers/drivers.ts';
import { leftoverOf, type Leftover } from './leftover.ts';
import { unstopped, type RunTools } from './run-tools.ts';

/** Pauses before the rounds in which what is still there is tried again, in milliseconds. */
const roundPauses = [0, 1000, 4000];

/**
 * Removes objects that this run has not made, and looks whether they are gone. Before each attempt the object is looked at:
 * one that bears its number by now and is another is left alone. Throws `JOURNAL_FAILED`.
 */
export async function removeObjects<K extends Exclude<ChangeKind, 'account' | 'user'>>(
  kind: K,
  objects: readonly Objects[K][],
  given: RunTools,
  list: () => Promise<Objects[K][]>,
): Promise<{ removed: Objects[K][]; leftovers: Leftover[] }> {
  const tools = unstopped(given);
  const driver = drivers[kind] as Driver<K>;
  let left = [...objects];
  for (const pause of roundPauses) {
    if (left.length === 0) break;
    if (pause > 0) await tools.clock.sleep(pause);
    try {
      for (const object of await among(left, list)) {
        tools.journal.note({
          type: 'intent',
          kind,
          name: nameOf(object),
          what: `remove the ${kind} "${nameOf(object)}"`,
        });
        await driver.remove(tools.host, object);
      }
      left = await among(left, list);
    } catch (failure) {
      if (!(failure instanceof HostFailure)) throw failure;
    }
  }
  const leftovers = left.map((object) =>
    leftoverOf({ kind, action: 'created', id: object.id, name: nameOf(object) }, 'it could not be removed', tools.host),
  );
  return { removed: objects.filter((object) => !left.includes(object)), leftovers };
}

/** Those of the objects that are still there. */
async function among<T extends { id: string }>(objects: readonly T[], list: () => Promise<T[]>): Promise<T[]> {
  const now = new Map((await list()).map((each) => [each.id, each]));
  return objects.filter((object) => {
    const there = now.get(object.id);
    return there !== undefined && nameOf(there) === nameOf(object);
  });
}

/** What tells an object from another that bears its number later. */
function nameOf(object: object): string {
  if ('name' in object) return String(object.name);
  return 'userId' in object ? `user ${String(object.userId)}` : '';
}
