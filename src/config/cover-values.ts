/** Short numbers, durations and plain words of YAML: nobody's secret. */
const harmless = /^(?:true|false|null|~|-|-?\d{1,5}(?:\.\d+)?(?:ms|s|m|h)?)$/;

/** A value behind a name, a dash or the beginning of a list, with or without quotes; the second group is the value. */
const behind =
  /((?:^|[{,\s])(?:["'][\w$.-]+["']:\s*|[\w$.-]+:(?:\s+|(?=["'])))|(?:^\s*|\s)-\s+|[[{,]\s*(?!["']?[\w$.-]+["']?:))("[^"]*"?|'[^']*'?|[^\s{}[\],][^{}[\],]*)/g;

/** A line that is no entry at all. */
const noEntry = /^[^:{}[\]]*$/;

/**
 * A line of a configuration with its values covered, since what was put into a wrong place may be a secret. The names,
 * the marks and the length stay, for a caret to point at them. `known` are words that may be seen.
 */
export function coverValues(line: string, known: ReadonlySet<string>): string {
  const cover = (text: string) => {
    const bare = text.trim().replace(/^["']|["']$/g, '');
    return harmless.test(bare) || known.has(bare) ? text : text.replace(/[^\s"']/g, '•');
  };
  if (noEntry.test(line)) return line.replace(/[^\s,]+/g, cover);
  return line.replace(behind, (_, before: string, value: string) => before + cover(value));
}
