import { codes } from '../core/codes.ts';
import { placeText, type Finding } from '../text/finding.ts';
import { rules } from './rules.ts';

/** `file:line:column: message [code]` */
export function findingText(finding: Finding): string {
  return `${placeText(finding)}: ${finding.message} [${finding.code}]`;
}

/** What would be right instead. */
export function findingHint({ code, hint }: Pick<Finding, 'code' | 'hint'>): string {
  const known: Partial<Record<string, { hint: string }>> = { ...codes, ...rules };
  return hint ?? known[code]?.hint ?? '';
}
