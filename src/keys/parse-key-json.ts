import { evaluate, parse, type MemberNode, type ObjectNode, type ValueNode } from '@humanwhocodes/momoa';
import { didYouMean } from '../core/suggest.ts';
import { KeyEntries, type FormFault, type KeyFile } from './key-file.ts';
import { NamesOnce, settingNames, takeSetting, type KeySettings, type SettingName } from './key-settings.ts';

const fields = ['key', ...settingNames];

/** Reads a JSON array of keys, or of objects with a `key` and settings. Every fault is found at once, with its place. */
export function parseKeyJson(text: string): KeyFile | { faults: FormFault[] } {
  const list = readJson(text);
  if ('what' in list) return { faults: [list] };
  const faults: FormFault[] = [];
  const at: Tell = ({ loc }, what) => void faults.push({ line: loc.start.line, column: loc.start.column, what });
  if (list.type !== 'Array') at(list, 'the file must be an array of keys');
  const keys = new KeyEntries();
  const once = new NamesOnce();
  for (const { value } of list.type === 'Array' ? list.elements : []) {
    if (value.type === 'String') keys.add(value.loc.start.line, value.value.trim());
    else if (value.type === 'Object') readEntry(value, keys, once, at);
    else at(value, 'the entry must be a key, or an object with a key');
  }
  if (faults.length > 0) return { faults };
  return { lines: keys.entries.length, blank: 0, entries: keys.entries };
}

type Tell = (node: { loc: ValueNode['loc'] }, what: string) => void;

function readEntry(item: ObjectNode, keys: KeyEntries, once: NamesOnce, at: Tell): void {
  const { line } = item.loc.start;
  const settings: KeySettings = {};
  const seen = new Set<string>();
  let key: string | undefined;
  for (const member of item.members) {
    const name = nameOf(member);
    const { value } = member;
    if (seen.has(name)) at(member, 'this field stands twice');
    seen.add(name);
    if (name === 'key') {
      if (value.type === 'String') key = value.value.trim();
      else at(value, 'key must be text');
    } else if (fields.includes(name)) {
      const what = takeSetting(settings, name as SettingName, evaluate(value));
      const taken = name === 'name' ? once.take(settings.name, line) : undefined;
      for (const each of [what, taken]) if (each !== undefined) at(value, each);
    } else {
      const near = /^[\w-]{1,20}$/.test(name) ? didYouMean(name, fields) : '';
      const field = near === '' ? 'this' : `"${name}"`;
      at(member, `${field} is no field that relay knows (${fields.join(', ')}).${near}`);
    }
  }
  if (key !== undefined) keys.add(line, key, settings);
  else if (!seen.has('key')) at(item, 'the entry has no "key"');
}

function nameOf({ name }: MemberNode): string {
  return name.type === 'String' ? name.value : name.name;
}

/** The parser's own message quotes the text, which may be a key; only its place is taken. */
function readJson(text: string): ValueNode | FormFault {
  try {
    return parse(text, { mode: 'json' }).body;
  } catch (error) {
    if (error instanceof RangeError) return { line: 1, column: 1, what: 'the file is nested too deeply' };
    const { line, column } = error as { line?: unknown; column?: unknown };
    if (typeof line !== 'number' || typeof column !== 'number') throw error;
    return { line, column, what: 'the file is not valid JSON' };
  }
}
