import type { Driver } from '../../host/driver.ts';
import type { Change } from '../change.ts';

/** Every state that the run has left an object in, the one before its first change included if there was one. */
export function statesOf(own: readonly Change[], { edits }: Driver): object[] {
  const apply = edits?.apply ?? ((_: object, change: object) => change);
  let states: object[] = [];
  for (const { action, before, after } of own) {
    // A setting that is first named by a later change was so from the beginning.
    if (action === 'updated') states = states.length === 0 ? [before] : states.map((state) => apply(before, state));
    const last = states.at(-1);
    states.push(last === undefined ? after : apply(last, after));
  }
  return states;
}
