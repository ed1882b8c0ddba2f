/** One fault of a text, at the place where it stands. Lines and columns count from 1. */
export interface Finding {
  file: string;
  line: number;
  column: number;
  /** A rule for manifests, or the code of what a host said about it. */
  code: string;
  severity: 'error' | 'warning';
  message: string;
  /** What would be right instead, where more is known than the code tells. */
  hint?: string;
}

/** `file:line:column`, which editors and CI systems make a link of. */
export function placeText({ file, line, column }: Pick<Finding, 'file' | 'line' | 'column'>): string {
  return `${file}:${line}:${column}`;
}

/** The lines of a text, for findings to be shown in. */
export function linesOf(text: string): string[] {
  return text.split(/\r\n|\n|\r/);
}
