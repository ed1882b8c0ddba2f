import type { Id } from '../host/account.ts';
import type { Host } from '../host/host.ts';

/** Something that is on the host otherwise than it should be, and why. */
export interface Leftover {
  kind: string;
  id: Id | null;
  name: string;
  reason: string;
  /** What a person does about it; nothing where it is others' by now, and stays. */
  command: string | null;
}

/** Something that could not be undone: removed where the run made it, looked at where it was there before. */
export function leftoverOf(
  { kind, action, id, name }: { kind: string; action: 'created' | 'updated'; id: Id | null; name: string },
  reason: string,
  host: Host,
): Leftover {
  return {
    kind,
    id,
    name,
    reason,
    command: host.command(action === 'created' && id !== null ? 'remove' : 'show', kind, id),
  };
}

/** Adds to a list of leftovers what is not in it. One whose number was not known is the same as one whose number is. */
export function addLeftovers(list: Leftover[], more: readonly Leftover[]): void {
  for (const each of more) {
    const same = list.findIndex(
      ({ kind, id, name }) =>
        kind === each.kind && name === each.name && (id === each.id || id === null || each.id === null),
    );
    if (same === -1) list.push(each);
    else if (list[same]?.id === null) list[same] = each;
  }
}
