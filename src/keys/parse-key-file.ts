import { Redactor } from '../core/secrets/redactor.ts';
import type { FormFault, KeyFile } from './key-file.ts';
import { keyForm } from './key-form.ts';
import { parseKeyCsv } from './parse-key-csv.ts';
import { parseKeyJson } from './parse-key-json.ts';
import { parseKeyLines } from './parse-key-lines.ts';

/**
 * Reads the text of a key file: plain lines, CSV with a header, or a JSON array, told apart by how it begins. UTF-8 with
 * or without a byte-order mark.
 */
export function parseKeyFile(text: string): KeyFile | { faults: FormFault[] } {
  const plain = text.replace(/^\uFEFF/, '');
  const file = parse(plain);
  if ('faults' in file) return file;
  const faults = namesWithKeys(file);
  return faults.length === 0 ? file : { faults };
}

function parse(plain: string): KeyFile | { faults: FormFault[] } {
  switch (keyForm(plain)) {
    case 'json':
      return parseKeyJson(plain);
    case 'csv':
      return parseKeyCsv(plain);
    case 'lines':
      return parseKeyLines(plain);
  }
}

/** The host would show such a name to anybody who may look; relay would hide it, and then fail to recognise it. */
function namesWithKeys({ entries }: KeyFile): FormFault[] {
  const keys = entries.filter((entry) => entry.kind === 'key');
  const named = keys.filter(({ settings: { name } }) => name !== undefined);
  if (named.length === 0) return [];
  const redactor = new Redactor();
  for (const { key } of keys) redactor.learn(key);
  return named
    .filter(({ settings: { name = '' } }) => redactor.name(name) !== name)
    .map(({ line }) => ({ line, column: 1, what: 'name may hold a key' }));
}
