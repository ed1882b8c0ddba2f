import { isUtf8 } from 'node:buffer';
import { linesOf, type Finding } from './finding.ts';
import { jsonFault } from './json-fault.ts';
import { SourceText } from './source-text.ts';

/** A text that is plain data, with its value, or what keeps it from being that. */
export type ReadSource<Code extends string> = { lines: readonly string[] } & (
  | { source: SourceText<Code>; value: unknown }
  | { source?: undefined; findings: Finding[] }
);

/**
 * Reads YAML, or JSON where the name of the file says so, as data: UTF-8, nothing that cannot be seen, no name twice,
 * no aliases that multiply. Whatever is wrong is a finding; it never throws.
 */
export async function readSource<Code extends string>(file: string, bytes: Buffer): Promise<ReadSource<Code>> {
  if (!isUtf8(bytes)) return { lines: [], findings: [notUtf8(file, bytes)] };
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  const lines = linesOf(text);
  const source = new SourceText<Code>(file, text);
  const strict = file.endsWith('.json') ? await jsonFault(file, text) : undefined;
  const syntax = source.syntaxFindings();
  if (syntax.length > 0) return { lines, findings: syntax };
  if (strict !== undefined) return { lines, findings: [strict] };
  try {
    return { lines, source, value: source.value() };
  } catch {
    const message = 'the text has too many aliases';
    return { lines, findings: [{ file, line: 1, column: 1, code: 'SYNTAX', severity: 'error', message }] };
  }
}

/** The place of the first byte that is no UTF-8. A line end is never a part of another character, so lines can be looked at. */
function notUtf8(file: string, bytes: Buffer): Finding {
  let line = 1;
  let start = 0;
  for (
    let end = bytes.indexOf(0x0a);
    end !== -1 && isUtf8(bytes.subarray(start, end));
    end = bytes.indexOf(0x0a, start)
  ) {
    line += 1;
    start = end + 1;
  }
  const rest = bytes.subarray(start).toString('utf8');
  const column = rest.indexOf('\uFFFD') + 1;
  return { file, line, column, code: 'NOT_UTF8', severity: 'error', message: 'here stands what is no UTF-8' };
}
