/** A text that is longer is cut. */
const maxLength = 300;

/** Cells that are Markdown already, as a table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [tableRow(head), tableRow(head.map(() => '---')), ...rows.map(tableRow)].join('\n');
}

export function tableRow(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** Text as Markdown shows it unchanged, on one line: no markup, no HTML, no mention of a person or an issue. */
export function inline(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const short = line.length > maxLength ? `${line.slice(0, maxLength - 1)}…` : line;
  return short
    .replace(/[&<>]/g, (mark) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[mark] ?? mark)
    .replace(/[\\`*~[\]|!#]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, String.raw`\$&`)
    .replaceAll('@', '&#64;')
    .replace(/\b(https?|www)(?=[:.])/gi, '$1&#8203;');
}

/** Text as code, whole: commands are copied. A bar would end the cell of a table, and a backtick the code. */
export function code(text: string): string {
  const line = text
    .replace(/\s+/g, ' ')
    .replaceAll('`', "'")
    .replaceAll('|', String.raw`\|`)
    .trim();
  return line === '' ? '' : `\`${line}\``;
}
