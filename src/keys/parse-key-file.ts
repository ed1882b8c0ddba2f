import type { FormFault, KeyFile } from './key-file.ts';
import { looksLikeCsv, parseKeyCsv } from './parse-key-csv.ts';
import { parseKeyJson } from './parse-key-json.ts';
import { parseKeyLines } from './parse-key-lines.ts';

/**
 * Reads the text of a key file: plain lines, CSV with a header, or a JSON array, told apart by how it begins. UTF-8 with
 * or without a byte-order mark.
 */
export function parseKeyFile(text: string): KeyFile | { faults: FormFault[] } {
  const plain = text.replace(/^\uFEFF/, '');
  if (/^\s*[[{]/.test(plain)) return parseKeyJson(plain);
  return looksLikeCsv(plain) ? parseKeyCsv(plain) : parseKeyLines(plain);
}
