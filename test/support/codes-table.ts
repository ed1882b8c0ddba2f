import { explanations, type Explanation } from '../../src/report/explain-code.ts';

const begin = '<!-- codes: made by `npm run docs`; do not edit -->';
const end = '<!-- end of codes -->';

/** A text with the tables of codes as they are, between their two marks. */
export function withCodes(text: string): string {
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from === -1 || to < from) throw new Error('the README has no place for the codes');
  const parts = [
    part('Errors', 'error', true),
    part('Warnings: nothing ends because of them', 'warning', false),
    part('Rules that packs are checked for', 'rule', false),
  ];
  return `${text.slice(0, from)}${begin}\n\n${parts.join('\n\n')}\n\n${text.slice(to)}`;
}

function part(title: string, kind: Explanation['kind'], exits: boolean): string {
  const rows = explanations
    .filter((each) => each.kind === kind)
    .map(({ code, summary, hint, exitCode }) => [`\`${code}\``, ...(exits ? [String(exitCode)] : []), summary, hint]);
  const head = ['Code', ...(exits ? ['Exit'] : []), 'Meaning', 'What to do'];
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const table = [head, head.map(() => '---'), ...rows].map(line).join('\n');
  return `<details><summary>${title}</summary>\n\n${table}\n\n</details>`;
}
