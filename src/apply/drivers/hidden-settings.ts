import { hiddenText, holdsHidden, isHidden, withTexts } from '../../core/secrets/hidden-text.ts';
import type { Account, AccountChange, Setting } from '../../host/account.ts';
import { shortName } from '../../plan/account-change.ts';
import type { AccountState } from './account-state.ts';

/**
 * A state as it may be written down: where the host's own texts stand, anybody may have put a key, and what may be one
 * stands there by its length and hash only. The run itself keeps the state as it is, and can put it back; who has only what
 * was written cannot, and says so.
 */
export function writableAccount(state: AccountState, hide: (text: string) => string): AccountState {
  return accountWith(state, hide, (each: Setting) => each && { value: withTexts(each.value, hide) });
}

/**
 * An account and a state of one that was noted, to be compared. Where that has hidden texts, both come with all such texts
 * hidden, so that the same are still the same.
 */
export function comparableAccounts(account: Account, noted: AccountChange): [Account, AccountChange] {
  if (!holdsHidden(noted)) return [account, noted];
  return [accountWith(account, hideAll, (each: unknown) => withTexts(each, hideAll)), writableAccount(noted, hideAll)];
}

function hideAll(text: string): string {
  return isHidden(text) ? text : hiddenText(text);
}

interface Texts<Free> {
  baseUrl?: string | null | undefined;
  mapping?: Record<string, string> | undefined;
  settings?: Record<string, Free> | undefined;
}

/** The names of free settings are those of the pack, or of a screened marker. */
function accountWith<Free, T extends Texts<Free>>(
  state: T,
  change: (text: string) => string,
  free: (value: Free) => unknown,
): T {
  const { baseUrl, mapping, settings } = state;
  return {
    ...state,
    ...(baseUrl === undefined ? {} : { baseUrl: withTexts(baseUrl, change) }),
    ...(mapping === undefined ? {} : { mapping: withTexts(mapping, change) }),
    ...(settings === undefined
      ? {}
      : { settings: Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, free(value)])) }),
  };
}

/** How messages call settings that are the host's own texts. */
const words = { name: 'name', baseUrl: 'base URL', mapping: 'model mapping' } as const;

/** What of a state is not known any more, because it may have held a key and was not written down, in words. */
export function unkeptOfAccount(state: AccountState): string[] {
  const named = Object.entries(words).filter(([name]) => holdsHidden((state as Record<string, unknown>)[name]));
  const free = Object.entries(state.settings ?? {}).filter(([, setting]) => holdsHidden(setting));
  return [...named.map(([, word]) => word), ...free.map(([name]) => shortName(name))];
}

/** An account's state without what is not known any more. */
export function keptOf(state: AccountState): AccountState {
  const known = Object.entries(state).flatMap(([name, value]): [string, unknown][] => {
    if (name !== 'settings') return holdsHidden(value) ? [] : [[name, value]];
    const free = Object.entries(value ?? {}).filter(([, setting]) => !holdsHidden(setting));
    return free.length === 0 ? [] : [[name, Object.fromEntries(free)]];
  });
  return Object.fromEntries(known) as AccountState;
}
