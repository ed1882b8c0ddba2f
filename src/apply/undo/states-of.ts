import type { Change } from '../change.ts';
import type { AccountState } from '../drivers/account-state.ts';

/** Every state that the run has left an object in, the one before its first change included if there was one. */
export function statesOf(own: readonly Change[]): object[] {
  const states: object[] = [];
  for (const { action, kind, before, after } of own) {
    if (action === 'updated') {
      const isFirst = states.length === 0;
      // Edits of accounts name some settings each; those that a later one names first were so from the beginning.
      if (kind === 'account') for (const [index, state] of states.entries()) states[index] = { ...before, ...state };
      if (isFirst) states.push(before);
    }
    const base = states.at(-1);
    states.push(kind === 'account' && base !== undefined ? editedAccount(base, after) : after);
  }
  return states;
}

function editedAccount(base: AccountState, edit: AccountState): AccountState {
  const { digest, ...earlier } = base;
  const touches = ['name', 'baseUrl', 'mapping', 'concurrency', 'priority'].some((name) => Object.hasOwn(edit, name));
  return {
    ...earlier,
    // The digest is of the settings it was made with.
    ...(digest === undefined || touches ? {} : { digest }),
    ...edit,
    ...(base.settings === undefined && edit.settings === undefined
      ? {}
      : { settings: { ...base.settings, ...edit.settings } }),
  };
}
