import { KeyEntries, type KeyFile } from './key-file.ts';

/** The lines of a text, ended by LF, CRLF or CR. The end of the last line begins no other. */
export function linesOf(text: string): string[] {
  const lines = text.split(/\r\n|\n|\r/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** Whether a line holds nothing: empty, or a comment. */
export function isBlank(line: string): boolean {
  const text = line.trim();
  return text === '' || text.startsWith('#');
}

/** Reads plain key text, one key a line. */
export function parseKeyLines(text: string): KeyFile {
  const lines = linesOf(text);
  const keys = new KeyEntries();
  for (const [index, line] of lines.entries()) if (!isBlank(line)) keys.add(index + 1, line.trim());
  return { lines: lines.length, blank: lines.length - keys.entries.length, entries: keys.entries };
}
