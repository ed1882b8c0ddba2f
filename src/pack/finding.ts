/** One fault of a manifest, at the place where it stands. Lines and columns count from 1. */
export interface Finding {
  file: string;
  line: number;
  column: number;
  code: string;
  severity: 'error' | 'warning';
  message: string;
}

/** `file:line:column: message [code]`, the form that editors and CI systems make a link of. */
export function findingText(finding: Finding): string {
  return `${finding.file}:${finding.line}:${finding.column}: ${finding.message} [${finding.code}]`;
}
