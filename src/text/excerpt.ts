/** Characters that take two columns of a terminal. */
const wide =
  /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{1F300}-\u{1FAFF}]/u;

/**
 * The part of a line around a column, at most so many characters wide, and a caret below the column. `cover` hides what is
 * not to be shown, and keeps the length of the line; what cannot be seen is replaced.
 */
export function excerpt(
  line: string,
  column: number,
  widest: number,
  cover: (line: string) => string,
): [string, string] {
  const from = Math.max(0, Math.min(column - 1 - Math.floor(widest * 0.6), line.length - widest));
  const plain = cover(line).replaceAll('\t', ' ').replace(/\p{C}/gu, '\uFFFD');
  const head = from === 0 ? '' : '…';
  const tail = plain.length > from + widest ? '…' : '';
  const indent = Array.from(plain.slice(from, column - 1), (each) => (wide.test(each) ? '  ' : ' ')).join('');
  return [`${head}${plain.slice(from, from + widest)}${tail}`, `${head === '' ? '' : ' '}${indent}^`];
}
