import type { Account, AccountChange } from '../host/account.ts';
import type { ValueChange } from '../host/layout.ts';
import { shortName } from './account-change.ts';

/** What a change would make of an account, value by value. */
export function accountValues(account: Account, change: AccountChange): ValueChange[] {
  const { name, baseUrl, mapping, concurrency, priority, settings = {}, enabled } = change;
  return [
    ...(name === undefined ? [] : [{ name: 'name', from: account.name, to: name }]),
    ...(baseUrl === undefined ? [] : [{ name: 'base URL', from: account.baseUrl, to: baseUrl }]),
    ...(mapping === undefined ? [] : mappingValues(account.mapping, mapping)),
    ...(concurrency === undefined
      ? []
      : [{ name: 'concurrency', from: text(account.concurrency), to: text(concurrency) }]),
    ...(priority === undefined ? [] : [{ name: 'priority', from: text(account.priority), to: text(priority) }]),
    ...Object.entries(settings).map(([key, setting]) => ({
      name: shortName(key),
      from: text(account.settings[key]),
      to: setting === null ? null : text(setting.value),
    })),
    ...(enabled === undefined ? [] : [{ name: 'in service', from: text(account.enabled), to: text(enabled) }]),
  ];
}

function mappingValues(was: Record<string, string>, is: Record<string, string>): ValueChange[] {
  return [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .filter((name) => was[name] !== is[name])
    .map((name) => ({ name: `model ${name}`, from: was[name] ?? null, to: is[name] ?? null }));
}

function text(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
