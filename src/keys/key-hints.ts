import { problem, type Problem } from '../core/relay-error.ts';
import { acceptedKeys, type KeyFile, type KeyLine } from './key-file.ts';

/** What keys of a provider usually look like, and how those of its vendor's other wallets do. */
export interface KeyHints {
  pattern?: string | undefined;
  otherWallets: readonly { pattern: string; provider: string }[];
}

/**
 * Says which keys look as if they belonged to another wallet, with the provider that is for it, and which look unusual.
 * Vendors change the form of their keys, so it is a warning and never refuses one.
 */
export function hintsOnKeys(file: KeyFile, hints: KeyHints | undefined): Problem[] {
  if (hints === undefined) return [];
  const keys = acceptedKeys(file);
  const found: Problem[] = [];
  const elsewhere = new Set<KeyLine>();
  for (const { pattern, provider } of hints.otherWallets) {
    const like = keys.filter((each) => !elsewhere.has(each) && matches(each, pattern));
    for (const each of like) elsewhere.add(each);
    if (like.length === 0) continue;
    const message = `${linesOf(like)} like ${like.length === 1 ? 'a key' : 'keys'} of "${provider}", another wallet of this vendor.`;
    found.push(problem('KEY_OF_OTHER_WALLET', message, `If it is one: --provider ${provider}.`));
  }
  const { pattern } = hints;
  const odd = keys.filter((each) => pattern !== undefined && !elsewhere.has(each) && !matches(each, pattern));
  if (odd.length > 0) found.push(problem('KEY_UNUSUAL', `${linesOf(odd)} unlike the keys of this provider.`));
  return found;
}

function matches({ key }: KeyLine, pattern: string): boolean {
  return new RegExp(pattern, 'u').test(key.open());
}

/** "The key on line 3 looks", "The keys on lines 3, 4, 9 and 12 more look". */
function linesOf(keys: readonly KeyLine[]): string {
  const shown = keys.slice(0, 5).map(({ line }) => line);
  const rest = keys.length - shown.length;
  if (keys.length === 1) return `The key on line ${shown.join('')} looks`;
  return `The keys on lines ${shown.join(', ')}${rest === 0 ? '' : ` and ${rest} more`} look`;
}
