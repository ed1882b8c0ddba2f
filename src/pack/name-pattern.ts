/** Whether a name is one that a pattern stands for: `*` in it stands for anything, all else for itself. */
export function matchesPattern(name: string, pattern: string): boolean {
  const [first = '', ...rest] = pattern.toLowerCase().split('*');
  const text = name.toLowerCase();
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  let from = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, from);
    if (found < 0) return false;
    from = found + part.length;
  }
  return text.length - last.length >= from && text.endsWith(last);
}

/** Whether a word stands for several names. */
export function isPattern(word: string): boolean {
  return word.includes('*');
}

/** What words stand for, in their order, each once: a name for itself, a pattern for what it matches in a list. */
export function chosen(list: readonly string[], words: readonly string[]): string[] {
  const found = words.flatMap((word) => (isPattern(word) ? list.filter((name) => matchesPattern(name, word)) : [word]));
  return [...new Set(found)];
}

/** Names that hosts tell apart, the first of each; `alike` has the others, which differ from those in case alone. */
export function apart(all: readonly string[]): { names: string[]; alike: string[] } {
  const known = new Set<string>();
  const names: string[] = [];
  const alike: string[] = [];
  for (const name of all) (known.size < known.add(name.toLowerCase()).size ? names : alike).push(name);
  return { names, alike };
}
