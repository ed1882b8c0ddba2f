import { codes } from '../terms/codes.ts';
import { rules } from './rules.ts';

/** One fault of a manifest, at the place where it stands. Lines and columns count from 1. */
export interface Finding {
  file: string;
  line: number;
  column: number;
  /** A rule for manifests, or the code of what a host said about it. */
  code: string;
  severity: 'error' | 'warning';
  message: string;
}

/** `file:line:column: message [code]`, the form that editors and CI systems make a link of. */
export function findingText(finding: Finding): string {
  return `${finding.file}:${finding.line}:${finding.column}: ${finding.message} [${finding.code}]`;
}

/** What would be right instead. */
export function findingHint({ code }: Pick<Finding, 'code'>): string {
  const known: Partial<Record<string, { hint: string }>> = { ...codes, ...rules };
  return known[code]?.hint ?? '';
}
