import { isBlank, linesOf } from './parse-key-lines.ts';

/** What may stand between the cells of CSV: a comma, or what spreadsheets write instead. */
export type Delimiter = ',' | ';' | '\t';

/** In which form the text of a key file is, told by how it begins. */
export function keyForm(text: string): 'json' | 'csv' | 'lines' {
  if (/^\s*[[{]/.test(text)) return 'json';
  return delimiterOf(text) === undefined ? 'lines' : 'csv';
}

/**
 * What stands between cells, where the first line that says anything is a header: a list, or the word `key` alone. No key
 * has a comma.
 */
export function delimiterOf(text: string): Delimiter | undefined {
  const first = linesOf(text).find((line) => !isBlank(line)) ?? '';
  const namesKey = (delimiter: Delimiter) =>
    first.split(delimiter).some((cell) => /^"?key"?$/.test(cell.trim().toLowerCase()));
  return ([',', ';', '\t'] as const).find(namesKey) ?? (first.includes(',') ? ',' : undefined);
}
