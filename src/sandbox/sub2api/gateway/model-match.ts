import { isJsonObject } from '../../json-object.ts';
import type { Account } from '../rows.ts';

/** The account's own model mapping; entries that are no texts do not count. */
export function modelMapping(account: Account): Record<string, string> {
  const mapping = account.credentials['model_mapping'];
  const entries = Object.entries(isJsonObject(mapping) ? mapping : {});
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

/** The pattern that covers a model: the exact name, else the longest one that ends in `*`. */
export function matchPattern(patterns: readonly string[], model: string, ignoreCase = false): string | undefined {
  const fold = (text: string) => (ignoreCase ? text.toLowerCase() : text);
  const exact = patterns.find((pattern) => fold(pattern) === fold(model));
  if (exact !== undefined) return exact;
  const covering = patterns.filter(
    (pattern) => pattern.endsWith('*') && fold(model).startsWith(fold(pattern.slice(0, -1))),
  );
  return covering.toSorted((a, b) => b.length - a.length)[0];
}

/** The model that a mapping turns this one into; a target of `*` or none at all leaves it. */
export function mapModel(mapping: Record<string, string>, model: string, ignoreCase = false): string {
  const pattern = matchPattern(Object.keys(mapping), model, ignoreCase);
  const target = pattern === undefined ? undefined : mapping[pattern];
  return target === undefined || target === '' || target.includes('*') ? model : target;
}

/** Whether the account's whitelist (its mapping's keys, none: everything) admits a model of that name. */
export function admits(account: Account, model: string): boolean {
  const mapping = modelMapping(account);
  return Object.keys(mapping).length === 0 || matchPattern(Object.keys(mapping), model) !== undefined;
}
