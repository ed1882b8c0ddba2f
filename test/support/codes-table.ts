import { explanations, type Explanation } from '../../src/report/explain-code.ts';
import { between } from './between.ts';
import { markdownTable } from './markdown-table.ts';

const begin = '<!-- codes: made by `npm run docs`; do not edit -->';
const end = '<!-- end of codes -->';

/** A page with the tables of codes as they are, between their two marks. */
export function withCodes(page: string): string {
  const parts = [
    part('Errors', 'error', true),
    part('Warnings: nothing ends because of them', 'warning', false),
    part('Rules that packs are checked for', 'rule', false),
  ];
  return between(page, begin, end, parts.join('\n\n'));
}

function part(title: string, kind: Explanation['kind'], exits: boolean): string {
  const rows = explanations
    .filter((each) => each.kind === kind)
    .map(({ code, summary, hint, exitCode }) => [`\`${code}\``, ...(exits ? [String(exitCode)] : []), summary, hint]);
  return `### ${title}\n\n${markdownTable(['Code', ...(exits ? ['Exit'] : []), 'Meaning', 'What to do'], rows)}`;
}
