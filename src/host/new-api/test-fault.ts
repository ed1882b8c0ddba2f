import type { TestFault } from '../proof.ts';
import { containsWord } from '../protocols/contains-word.ts';

/** `bad response status code 401, message: …, body: …`: the vendor's status, in both builds that were tried. */
const quotedStatus = /bad response status code (\d{3})/i;

/**
 * What a failed test means. The status that the host quotes decides: its own codes are the vendor's where that has one, and
 * differ from vendor to vendor. Pure.
 */
export function faultOf(message: string, code: string, deadCodes: readonly string[]): TestFault {
  const status = Number(quotedStatus.exec(message)?.[1] ?? 0);
  if (status === 401 || status === 402 || status === 403) return 'refused';
  if (status === 429) return deadCodes.some((word) => containsWord(message, word)) ? 'exhausted' : 'throttled';
  if (status === 408 || status >= 500) return 'busy';
  if (code === 'bad_response_body' || code === 'empty_response') return 'junk';
  if (code === 'do_request_failed') return 'busy';
  return 'other';
}
