import { accountLimits } from '../core/account-limits.ts';

/** Settings of one account that a key file may give beside its key. */
export interface KeySettings {
  name?: string;
  priority?: number;
  concurrency?: number;
  /** `false`: the account exists and does not serve. */
  enabled?: boolean;
}

/** What stands beside a key, and in CSV names a column. */
export const settingNames = ['name', 'priority', 'concurrency', 'enabled'] as const;

export type SettingName = (typeof settingNames)[number];

/** Takes one value into the settings, from JSON as it is, from CSV as text. Returns what is wrong with it. */
export function takeSetting(settings: KeySettings, name: SettingName, value: unknown): string | undefined {
  if (value === '' || value === null) return undefined;
  if (name === 'name') return takeName(settings, value);
  if (name === 'enabled') return takeEnabled(settings, value);
  const { min, max } = accountLimits[name];
  const number = typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number) || number < min || number > max)
    return `${name} must be a whole number from ${min} to ${max}`;
  settings[name] = number;
  return undefined;
}

function takeName(settings: KeySettings, value: unknown): string | undefined {
  const { max } = accountLimits.name;
  if (typeof value !== 'string' || value.length > max || /\p{C}/u.test(value) || value.trim() === '')
    return `name must be text of at most ${max} characters, without control characters`;
  settings.name = value.trim();
  return undefined;
}

function takeEnabled(settings: KeySettings, value: unknown): string | undefined {
  const word = typeof value === 'string' ? value.toLowerCase() : value;
  const meaning = new Map<unknown, boolean>([
    [true, true],
    ['true', true],
    ['yes', true],
    ['1', true],
    [false, false],
    ['false', false],
    ['no', false],
    ['0', false],
  ]).get(word);
  if (meaning === undefined) return 'enabled must be true or false';
  settings.enabled = meaning;
  return undefined;
}

/** Names that two accounts would share, each with where it stands for the second time. */
export class NamesOnce {
  readonly #seen = new Map<string, number>();

  /** Returns what is wrong when an earlier line has the name. */
  take(name: string | undefined, line: number): string | undefined {
    if (name === undefined) return undefined;
    const first = this.#seen.get(name);
    if (first !== undefined) return `line ${first} has the same name`;
    this.#seen.set(name, line);
    return undefined;
  }
}
