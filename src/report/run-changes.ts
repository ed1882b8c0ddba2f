import type { ChangeLog } from '../apply/change-log.ts';
import { keyOf, type Change } from '../apply/change.ts';
import type { Id } from '../host/account.ts';

/** What the run did to an object, and whether all of it was undone. */
interface ToldChange {
  change: Change;
  undone: boolean;
}

/** What a run has changed and not lost sight of, to be found by object or name: a run may have changed very many. */
export class RunChanges {
  readonly #byId = new Map<string, ToldChange[]>();
  readonly #byName = new Map<string, ToldChange[]>();

  constructor({ changes, reverted }: Pick<ChangeLog, 'changes' | 'reverted'>) {
    for (const [list, undone] of [
      [changes, false],
      [reverted, true],
    ] as const)
      for (const change of list) {
        const { kind, id, name } = change;
        if (id === null) continue;
        const told = { change, undone };
        add(this.#byId, keyOf({ kind, id }), told);
        add(this.#byName, keyOf({ kind, id: name }), told);
      }
  }

  /** The change of an object; one that stands comes before one that was taken back. */
  of(kind: string, id: Id, action?: Change['action']): ToldChange | undefined {
    return this.#byId.get(keyOf({ kind, id }))?.find(({ change }) => action === undefined || change.action === action);
  }

  /** The same by the name that the object had when it was changed. */
  named(kind: string, name: string): ToldChange | undefined {
    return this.#byName.get(keyOf({ kind, id: name }))?.[0];
  }
}

function add(lists: Map<string, ToldChange[]>, key: string, told: ToldChange): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [told]);
  else list.push(told);
}
