import { withoutKeys } from '../../pack/checks/check-secrets.ts';
import { findingHint, findingText } from '../../pack/finding.ts';
import type { Style } from '../../core/style.ts';
import { excerpt } from '../../text/excerpt.ts';
import type { Finding } from '../../text/finding.ts';

/** Narrowest part of a line that is shown, in columns. */
const narrowest = 20;

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
  const shown = line === undefined ? [] : excerpt(line, finding.column, widest, withoutKeys);
  return [
    `${grade} ${findingText(finding)}`,
    ...shown.map((text, index) => `  ${style.dim(`${index === 0 ? finding.line : gutter} |`)} ${text}`),
    style.dim(`  ${gutter} = ${findingHint(finding)}`),
  ];
}
