import { hiddenText, holdsHidden, isHidden, withTexts } from '../../core/secrets/hidden-text.ts';
import type { Account, AccountChange, ChannelSpec, Setting } from '../../host/objects.ts';
import type { AccountState, States } from '../change.ts';
import type { Undoable } from './states-of.ts';

/**
 * A state as it may be written down: where the host's own texts stand, anybody may have put a key, and what may be one
 * stands there by its length and hash only. The run itself keeps the state as it is, and can put it back; who has only what
 * was written cannot, and says so.
 */
export function writable<K extends keyof States>(kind: K, state: States[K], hide: (text: string) => string): States[K] {
  if (kind === 'channel') return channelWith(state as ChannelTexts, hide) as States[K];
  if (kind !== 'account') return state;
  const setting = (each: Setting) => each && { value: withTexts(each.value, hide) };
  return accountWith(state as AccountState, hide, setting) as States[K];
}

/**
 * An account and a state of one that was noted, to be compared. Where that has hidden texts, both come with all such texts
 * hidden, so that the same are still the same.
 */
export function comparableAccounts(account: Account, noted: AccountChange): [Account, AccountChange] {
  if (!holdsHidden(noted)) return [account, noted];
  return [accountWith(account, hideAll, (each) => withTexts(each, hideAll)), writable('account', noted, hideAll)];
}

/** The same for channels. */
export function comparableChannels<One extends ChannelTexts>(channel: One, noted: ChannelSpec): [One, ChannelSpec] {
  return holdsHidden(noted) ? [channelWith(channel, hideAll), channelWith(noted, hideAll)] : [channel, noted];
}

function hideAll(text: string): string {
  return isHidden(text) ? text : hiddenText(text);
}

type ChannelTexts = Pick<ChannelSpec, 'mappings' | 'prices' | 'billingSource'>;

function channelWith<T extends ChannelTexts>(state: T, change: (text: string) => string): T {
  const { mappings, prices, billingSource } = state;
  return {
    ...state,
    mappings: withTexts(mappings, change),
    prices: prices.map((entry) => eachValue(entry, (value) => withTexts(value, change))),
    billingSource: change(billingSource),
  };
}

/** The names of free settings are those of the pack, or of a screened marker. */
function accountWith<Free, T extends Partial<Texts<Free>>>(
  state: T,
  change: (text: string) => string,
  free: (value: Free) => unknown,
): T {
  const { baseUrl, mapping, credentials, extra } = state;
  return {
    ...state,
    baseUrl: withTexts(baseUrl, change),
    mapping: withTexts(mapping, change),
    credentials: credentials && eachValue(credentials, free),
    extra: extra && eachValue(extra, free),
  };
}

interface Texts<Free> {
  baseUrl: string | null | undefined;
  mapping: Record<string, string> | undefined;
  credentials: Record<string, Free> | undefined;
  extra: Record<string, Free> | undefined;
}

function eachValue<T extends object>(map: T, change: (value: never) => unknown): T {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, change(value as never)])) as T;
}

/** How messages call settings that are the host's own texts. */
const words = {
  account: { name: 'name', baseUrl: 'base URL', mapping: 'model mapping' },
  channel: { mappings: 'model mapping', prices: 'prices', billingSource: 'billing source' },
} as const;

/** What of a state is not known any more, because it may have held a key and was not written down, in words. */
export function unkeptOf(kind: Undoable, state: States[Undoable]): string[] {
  const fields: Record<string, string> = (words as Partial<Record<Undoable, Record<string, string>>>)[kind] ?? {};
  const { credentials, extra } = state as AccountState;
  const names = Object.entries(fields).filter(([name]) => holdsHidden((state as Record<string, unknown>)[name]));
  const free = Object.entries({ ...credentials, ...extra }).filter(([, setting]) => holdsHidden(setting));
  return [...names.map(([, word]) => word), ...free.map(([name]) => name)];
}

/** An account's state without what is not known any more. */
export function keptOf(state: AccountState): AccountState {
  const known = Object.entries(state).flatMap(([name, value]): [string, unknown][] => {
    if (name !== 'credentials' && name !== 'extra') return holdsHidden(value) ? [] : [[name, value]];
    const free = Object.entries((value ?? {}) as object).filter(([, setting]) => !holdsHidden(setting));
    return free.length === 0 ? [] : [[name, Object.fromEntries(free)]];
  });
  return Object.fromEntries(known) as AccountState;
}
