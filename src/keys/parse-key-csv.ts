import { CsvError, parse, type Info } from 'csv-parse/sync';
import { didYouMean } from '../core/suggest.ts';
import { KeyEntries, type FormFault, type KeyFile } from './key-file.ts';
import { NamesOnce, settingNames, takeSetting, type KeySettings, type SettingName } from './key-settings.ts';
import { delimiterOf, type Delimiter } from './key-form.ts';
import { linesOf } from './parse-key-lines.ts';

const columns = ['key', ...settingNames];

/** Reads CSV with a header that names `key` and perhaps settings. A fault of its form names line and column. */
export function parseKeyCsv(text: string): KeyFile | { faults: FormFault[] } {
  const delimiter = delimiterOf(text) ?? ',';
  const rows = readRows(text, delimiter);
  if (!Array.isArray(rows)) return { faults: [rows] };
  const [header, ...body] = rows;
  const names = (header?.cells ?? []).map((cell) => cell.toLowerCase());
  const faults = header === undefined ? [] : headerFaults(header, names, delimiter);
  if (faults.length > 0) return { faults };

  const keys = new KeyEntries();
  const once = new NamesOnce();
  for (const row of body) {
    const at = (index: number, what: string) =>
      faults.push({ line: row.line, column: columnOf(row.raw, index, delimiter), what });
    if (row.cells.length !== names.length) {
      at(
        Math.min(row.cells.length, names.length) - 1,
        `the row has ${row.cells.length} cells where the header has ${names.length}`,
      );
      continue;
    }
    const broken = row.cells.findIndex((cell) => /[\r\n]/.test(cell));
    if (broken !== -1) {
      at(broken, `${names[broken] ?? 'cell'} has a newline inside`);
      continue;
    }
    const settings: KeySettings = {};
    for (const [index, name] of names.entries()) {
      const what = name === 'key' ? undefined : takeSetting(settings, name as SettingName, row.cells[index] ?? '');
      if (what !== undefined) at(index, what);
    }
    const taken = once.take(settings.name, row.line);
    if (taken !== undefined) at(names.indexOf('name'), taken);
    keys.add(row.line, row.cells[names.indexOf('key')] ?? '', settings);
  }
  if (faults.length > 0) return { faults };
  const lines = linesOf(text).length;
  return { lines, blank: lines - keys.entries.length, entries: keys.entries };
}

interface Row {
  line: number;
  raw: string;
  cells: string[];
}

function readRows(text: string, delimiter: Delimiter): Row[] | FormFault {
  try {
    const records = parse(text, {
      delimiter,
      comment: '#',
      comment_no_infix: true,
      trim: true,
      relax_column_count: true,
      skip_empty_lines: true,
      info: true,
      raw: true,
    }) as unknown as { info: Info; raw: string; record: string[] }[];
    // The library counts the line on which a row ends, and a row may hold newlines.
    return records.map(({ info, raw, record }) => {
      const inside = linesOf(raw.replace(/^[\r\n]+/, '')).length - 1;
      return { line: info.lines - inside, raw: raw.replace(/^[\r\n]+/, ''), cells: record };
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    // Its message quotes the text, which may be a key.
    const what = error.code === 'CSV_QUOTE_NOT_CLOSED' ? 'a quote is not closed' : 'a quote stands in the wrong place';
    return { line: typeof error['lines'] === 'number' ? error['lines'] : 1, column: 1, what };
  }
}

function headerFaults(header: Row, names: readonly string[], delimiter: Delimiter): FormFault[] {
  const faults = names.flatMap((name, index): FormFault[] => {
    const column = columnOf(header.raw, index, delimiter);
    // What is near no known word is not shown: a file without a header begins with a key.
    const near = /^[a-z_ -]{1,20}$/.test(name) ? didYouMean(name, columns) : '';
    const heading = near === '' ? 'this' : `"${name}"`;
    if (!columns.includes(name))
      return [
        {
          line: header.line,
          column,
          what: `${heading} is no column that relay knows (${columns.join(', ')}).${near}`,
        },
      ];
    return names.indexOf(name) === index
      ? []
      : [{ line: header.line, column, what: `the column ${name} stands twice` }];
  });
  if (names.includes('key')) return faults;
  return [
    {
      line: header.line,
      column: 1,
      what: 'the line has a comma, so it is read as the header of CSV, and names no column "key"',
    },
    ...faults,
  ];
}

/** Where the n-th cell of a row begins, counted from 1. */
function columnOf(raw: string, index: number, delimiter: Delimiter): number {
  let cell = 0;
  let quoted = false;
  for (let at = 0; at < raw.length && cell < index; at += 1) {
    if (raw[at] === '"') quoted = !quoted;
    else if (raw[at] === delimiter && !quoted) cell += 1;
    if (cell === index) return at + 2;
  }
  return 1;
}
