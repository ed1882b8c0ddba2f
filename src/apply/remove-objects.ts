import type { HostObject } from '../host/driver.ts';
import { HostFailure } from '../host/host-failure.ts';
import { driverFor } from './drivers/drivers.ts';
import { leftoverOf, type Leftover } from './leftover.ts';
import { unstopped, type RunTools } from './run-tools.ts';

/** An object by the name that people know it by. */
export type NamedObject = HostObject & { name: string };

/** Pauses before the rounds in which what is still there is tried again, in milliseconds. */
const roundPauses = [0, 1000, 4000];

/**
 * Removes objects that this run has not made, and looks whether they are gone. Before each attempt the object is looked at:
 * one that bears its number by now and is another is left alone. Throws `JOURNAL_FAILED`.
 */
export async function removeObjects(
  kind: string,
  objects: readonly NamedObject[],
  given: RunTools,
  list: () => Promise<NamedObject[]>,
): Promise<{ removed: NamedObject[]; leftovers: Leftover[] }> {
  const tools = unstopped(given);
  let left = [...objects];
  for (const pause of roundPauses) {
    if (left.length === 0) break;
    if (pause > 0) await tools.clock.sleep(pause);
    try {
      for (const object of await among(left, list)) {
        const { name } = object;
        await tools.journal.note({ type: 'intent', kind, name, what: `remove the ${kind} "${name}"` });
        await driverFor(kind, tools.host).remove(object);
      }
      left = await among(left, list);
    } catch (failure) {
      if (!(failure instanceof HostFailure)) throw failure;
    }
  }
  const leftovers = left.map(({ id, name }) =>
    leftoverOf({ kind, action: 'created', id, name }, 'it could not be removed', tools.host),
  );
  return { removed: objects.filter((object) => !left.includes(object)), leftovers };
}

/** Those of the objects that are still there. */
async function among(objects: readonly NamedObject[], list: () => Promise<NamedObject[]>): Promise<NamedObject[]> {
  const now = new Map((await list()).map((each) => [each.id, each]));
  return objects.filter(({ id, name }) => now.get(id)?.name === name);
}
