import type { Id } from '../host/account.ts';
import { HostFailure } from '../host/host-failure.ts';
import { resourceDriver } from './drivers/drivers.ts';
import { leftoverOf, type Leftover } from './leftover.ts';
import type { NamedObject } from './remove-objects.ts';
import { unstopped, type RunTools } from './run-tools.ts';

/**
 * Has a resource that others use let go of a place, and looks whether it did: an answer alone proves nothing. Returns what
 * is left where it still holds the place. Throws `JOURNAL_FAILED`, and `HostFailure` where the host cannot be looked at.
 */
export async function releaseObject(
  kind: string,
  object: NamedObject,
  place: Id,
  tools: RunTools,
): Promise<Leftover | undefined> {
  const { host, journal } = unstopped(tools);
  const { id, name } = object;
  const driver = resourceDriver(kind, host);
  await journal.note({ type: 'intent', kind, name, what: `take what is removed off the ${kind} "${name}"` });
  try {
    await driver.release?.(object, place);
  } catch (failure) {
    if (!(failure instanceof HostFailure)) throw failure;
  }
  const now = (await host.resources.list())[kind]?.find((each) => each.id === id);
  if (now === undefined || driver.holds?.(now, place) !== true) return undefined;
  return leftoverOf({ kind, action: 'updated', id, name }, 'it still holds what is removed', host);
}
