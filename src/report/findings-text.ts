import { findingHint, findingText, type Finding } from '../pack/finding.ts';
import { withoutKeys } from '../pack/check-secrets.ts';
import type { Style } from '../terms/style.ts';

/** Narrowest part of a line that is shown, in columns. */
const narrowest = 20;

/** Characters that take two columns of a terminal. */
const wide =
  /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{1F300}-\u{1FAFF}]/u;

/**
 * A finding for people: where and what, the line with a caret below the place, cut to so many columns, and what would be
 * right.
 */
export function findingLines(finding: Finding, lines: readonly string[], style: Style, columns: number): string[] {
  const grade = finding.severity === 'error' ? style.bad('error') : style.unsure('warning');
  const line = lines[finding.line - 1];
  const gutter = ' '.repeat(String(finding.line).length);
  // Before it stand the number of the line and a bar, and at its ends perhaps an ellipsis.
  const widest = Math.max(narrowest, columns - gutter.length - 7);
  const shown = line === undefined ? [] : excerpt(line, finding.column, widest);
  return [
    `${grade} ${findingText(finding)}`,
    ...shown.map((text, index) => `  ${style.dim(`${index === 0 ? finding.line : gutter} |`)} ${text}`),
    style.dim(`  ${gutter} = ${findingHint(finding)}`),
  ];
}

/** The line around a column, and a caret below it. What looks like a key is covered; what cannot be seen is replaced. */
function excerpt(line: string, column: number, widest: number): [string, string] {
  const from = Math.max(0, Math.min(column - 1 - Math.floor(widest * 0.6), line.length - widest));
  const plain = withoutKeys(line).replaceAll('\t', ' ').replace(/\p{C}/gu, '\uFFFD');
  const head = from === 0 ? '' : '…';
  const tail = plain.length > from + widest ? '…' : '';
  const indent = Array.from(plain.slice(from, column - 1), (each) => (wide.test(each) ? '  ' : ' ')).join('');
  return [`${head}${plain.slice(from, from + widest)}${tail}`, `${head === '' ? '' : ' '}${indent}^`];
}
