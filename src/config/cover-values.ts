/** Short numbers, durations and plain words of YAML: nobody's secret. */
const harmless = /^(?:true|false|null|~|-|-?\d{1,5}(?:\.\d+)?(?:ms|s|m|h)?)$/;

/** A word, or a number with its unit, that was mistyped. What mixes letters and digits, or is longer, may be a key. */
const mistyped = /^(?:[A-Za-z_-]{1,20}|-?\d{1,9}(?:\.\d{1,3})? ?[A-Za-z]{0,8})$/;

/** A value behind a name, a dash or the beginning of a list, with or without quotes; the second group is the value. */
const behind =
  /((?:^|[{,\s])(?:["'][\w$.-]+["']:\s*|[\w$.-]+:(?:\s+|(?=["'])))|(?:^\s*|\s)-\s+|[[{,]\s*(?!["']?[\w$.-]+["']?:))("[^"]*"?|'[^']*'?|[^\s{}[\],][^{}[\],]*)/g;

/** A line that is no entry at all. */
const noEntry = /^[^:{}[\]]*$/;

/** What of a configuration is nobody's secret. */
export interface NoSecrets {
  /** Words that may stand anywhere. */
  words: ReadonlySet<string>;
  /** Settings that take such a word, a number or a duration: what was mistyped there may be seen. */
  settings: ReadonlySet<string>;
}

/**
 * A line of a configuration with its values covered, since what was put into a wrong place may be a secret. The names,
 * the marks and the length stay, for a caret to point at them.
 */
export function coverValues(line: string, { words, settings }: NoSecrets): string {
  const cover = (text: string, name = '') => {
    const bare = text.trim().replace(/^["']|["']$/g, '');
    const isPlain = harmless.test(bare) || words.has(bare) || (settings.has(name) && mistyped.test(bare));
    return isPlain ? text : text.replace(/[^\s"']/g, '•');
  };
  if (noEntry.test(line)) return line.replace(/[^\s,]+/g, (word) => cover(word));
  return line.replace(
    behind,
    (_, before: string, value: string) => before + cover(value, /([\w$.-]+)["']?:/.exec(before)?.[1]),
  );
}
