import type { Host } from '../host/host.ts';
import { RelayError } from '../core/relay-error.ts';
import type { Change } from './change.ts';
import { driverFor } from './drivers/drivers.ts';

/**
 * Changes as a journal holds them, with each state in the form of its kind. Throws `STATE_UNREADABLE` where one has another
 * form: what it stands for could not be undone.
 */
export function reopenChanges(changes: readonly Change[], host: Host, run: string): Change[] {
  return changes.map((change) => {
    const { schema } = driverFor(change.kind, host);
    const before = change.before === null ? null : schema.safeParse(change.before);
    const after = schema.safeParse(change.after);
    if (before?.success === false || !after.success)
      throw new RelayError(
        'STATE_UNREADABLE',
        `The journal of the run ${run} holds a state of the ${change.kind} "${change.name}" in another form.`,
      );
    return { ...change, ...(before === null ? {} : { before: before.data }), after: after.data } as Change;
  });
}

/** How states may be written down: what may hold a key is replaced by `hide`. */
export function writableStates(host: Host, hide: (text: string) => string): (kind: string, state: object) => object {
  return (kind, state) => driverFor(kind, host).writable?.(state, hide) ?? state;
}
