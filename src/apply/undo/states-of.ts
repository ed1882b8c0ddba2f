import type { AccountState, Change, ChangeKind, States } from '../change.ts';

/** What undo judges by its state: all but users. */
export type Undoable = Exclude<ChangeKind, 'user'>;

/** Every state that the run has left an object in, the one before its first change included if there was one. */
export function statesOf(own: readonly Change[]): States[Undoable][] {
  const states: States[Undoable][] = [];
  for (const { action, kind, before, after } of own as Change<Undoable>[]) {
    const last = states.at(-1);
    if (action === 'updated') {
      // Edits of accounts name some settings each; those that a later one names first were so from the beginning.
      if (kind === 'account')
        for (const [index, state] of states.entries()) states[index] = { ...before, ...state } as AccountState;
      if (last === undefined) states.push(before);
    }
    const base = states.at(-1);
    states.push(kind === 'account' && base !== undefined ? editedAccount(base as AccountState, after) : after);
  }
  return states;
}

function editedAccount(base: AccountState, edit: AccountState): AccountState {
  const { digest, ...earlier } = base;
  const free = (kind: 'credentials' | 'extra') =>
    base[kind] === undefined && edit[kind] === undefined ? {} : { [kind]: { ...base[kind], ...edit[kind] } };
  const touches = ['name', 'baseUrl', 'mapping', 'concurrency', 'priority'].some((name) => Object.hasOwn(edit, name));
  // The digest is of the settings it was made with.
  return {
    ...earlier,
    ...(digest === undefined || touches ? {} : { digest }),
    ...edit,
    ...free('credentials'),
    ...free('extra'),
  };
}
