import { crc32 } from 'node:zlib';
import { parseJson } from '../core/parse-json.ts';

const sumPattern = /,"sum":"([0-9a-f]{8})"\}$/;

/** A line of a journal, with a check sum at its end: what was damaged on the way is seen when it is read. */
export function journalLine(value: object): string {
  const text = JSON.stringify(value);
  return `${text.slice(0, -1)},"sum":"${sumOf(text)}"}`;
}

/** The value of a line; nothing where the line is torn or damaged. */
export function parseJournalLine(line: string): unknown {
  const [, sum] = sumPattern.exec(line) ?? [];
  if (sum === undefined) return undefined;
  const text = `${line.slice(0, line.length - `,"sum":"${sum}"}`.length)}}`;
  if (sumOf(text) !== sum) return undefined;
  return parseJson(text);
}

function sumOf(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}
