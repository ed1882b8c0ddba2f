import type { Finding } from '../../text/finding.ts';
import type { PackProvider } from '../manifest.ts';
import type { Path } from '../../text/source-text.ts';
import type { ManifestText } from '../manifest-text.ts';

/** Whether the patterns for keys can be compared, fast, and lead to other providers of the pack. */
export function checkKeyHints(
  source: ManifestText,
  provider: PackProvider,
  at: Path,
  all: readonly Partial<PackProvider>[],
): Finding[] {
  const hints = provider.keyHints;
  if (hints === undefined) return [];
  const place = [...at, 'keyHints'];
  const patterns: [Path, string][] = [
    ...(hints.pattern === undefined ? [] : [[[...place, 'pattern'], hints.pattern] as [Path, string]]),
    ...hints.otherWallets.map((wallet, index): [Path, string] => [
      [...place, 'otherWallets', index, 'pattern'],
      wallet.pattern,
    ]),
  ];
  const others = new Set(all.map((each) => each.id).filter((id) => id !== provider.id));
  return [
    ...patterns.flatMap(([path, pattern]) => {
      if (!isRegExp(pattern)) return [source.finding(path, 'INVALID_VALUE', `"${pattern}" is no regular expression`)];
      if (isQuick(pattern)) return [];
      return [source.finding(path, 'PATTERN_UNSAFE', `"${pattern}" could take very long to compare with a key`)];
    }),
    ...hints.otherWallets.flatMap((wallet, index) =>
      others.has(wallet.provider)
        ? []
        : [
            source.finding(
              [...place, 'otherWallets', index, 'provider'],
              'PROVIDER_UNKNOWN',
              `"${wallet.provider}" is no other provider of this pack`,
            ),
          ],
    ),
  ];
}

function isRegExp(pattern: string): boolean {
  try {
    return new RegExp(pattern, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}

/**
 * Whether comparing is sure to be quick: what makes an expression slow is a group that is repeated often, a reference back, and
 * many open repetitions or choices. Keys have at most 4096 characters.
 */
function isQuick(pattern: string): boolean {
  const bare = pattern.replace(/\\[^1-9k]/g, 'x').replace(/\[(?:\\.|[^\]])*\]/g, 'x');
  const repeated = bare.match(/\)(?:[*+?]|\{[^}]*\})/g) ?? [];
  const fewTimes = repeated.length === 0 || (repeated.length === 1 && /^\)\{[1-8]\}$/.test(repeated[0]));
  const open = bare.replace(/\(\?[:=!<]+/g, '(').match(/[*+?]|\{\d*,\d*\}/g) ?? [];
  const choices = bare.match(/\|/g) ?? [];
  return pattern.length <= 300 && fewTimes && !bare.includes('\\') && open.length <= 2 && choices.length <= 8;
}
