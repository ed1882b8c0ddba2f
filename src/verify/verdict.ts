import type { AccountTest, UpstreamModels } from '../host/proof.ts';
import type { Code } from '../core/codes.ts';

export type Validation = 'passed' | 'warning' | 'failed' | 'not_tried';

/** What an account's test, its model list and the vendor's own list say together. */
export interface Verdict {
  validation: Exclude<Validation, 'not_tried'>;
  code: Code | null;
  message: string;
  /** What the verdict rests on: `test`, `test+models-list`, `models-list`, or `none`. */
  evidence: string;
}

/** Whether the test leaves open if the key works, so that the vendor's model list must be asked (rule N13). */
export function isInconclusive(test: AccountTest): boolean {
  if (test.outcome === 'passed') return !test.answered;
  if (test.outcome === 'failed')
    return test.why === 'busy' || test.why === 'throttled' || test.why === 'forbidden' || test.why === 'untestable';
  return test.timedOut;
}

/** The verdict on one account (rules B14, B15, N13). Pure. `list` is `null` where it was not asked for. */
export function decideVerdict(
  test: AccountTest,
  smokeModelSeen: boolean,
  list: UpstreamModels | null,
  keyCheck: 'models-list' | 'none',
): Verdict {
  if (!smokeModelSeen) return failed('MODEL_NOT_SEEN', 'The account does not list the smoke-test model.', 'test');
  if (test.outcome === 'error' && !test.timedOut) return failed('TEST_ERROR', test.message, 'none');
  if (!isInconclusive(test)) return conclusive(test);
  if (list?.outcome === 'refused') return failed('KEY_REFUSED', list.message, 'models-list');
  if (list?.outcome === 'junk') return failed('UPSTREAM_JUNK', list.message, 'models-list');
  const proven = list?.outcome === 'listed' && keyCheck === 'models-list';
  if (!proven)
    return { validation: 'warning', code: 'KEY_UNPROVEN', message: unprovenText(test, list), evidence: 'none' };
  return { validation: 'warning', ...inconclusive(test), evidence: 'models-list' };
}

function conclusive(test: AccountTest): Verdict {
  if (test.outcome === 'passed')
    return { validation: 'passed', code: null, message: 'The test passed.', evidence: 'test' };
  const codes = {
    refused: 'KEY_REFUSED',
    exhausted: 'BALANCE_EXHAUSTED',
    junk: 'UPSTREAM_JUNK',
    other: 'TEST_FAILED',
  } as const;
  const why = test.outcome === 'failed' && test.why in codes ? (test.why as keyof typeof codes) : 'other';
  return failed(codes[why], test.message === '' ? 'The test failed without a message.' : test.message, 'test');
}

/** The vendor took the key, and yet no answer was seen. */
function inconclusive(test: AccountTest): Pick<Verdict, 'code' | 'message'> {
  if (test.outcome === 'failed' && test.why === 'untestable')
    return {
      code: 'TEST_UNAVAILABLE',
      message: 'The host cannot test this account; the vendor accepted its key for the model list.',
    };
  if (test.outcome === 'failed' && test.why === 'forbidden')
    return { code: 'UPSTREAM_FORBIDDEN', message: test.message };
  if (test.outcome === 'passed')
    return {
      code: 'KEY_UNPROVEN',
      message: 'The test ended well without any text; the vendor accepted the key for its model list.',
    };
  return { code: 'UPSTREAM_BUSY', message: test.message };
}

function unprovenText(test: AccountTest, list: UpstreamModels | null): string {
  const parts = [
    test.outcome === 'passed' ? 'The test ended without any text' : test.message,
    list === null || list.outcome === 'listed' ? 'the model list of this vendor proves nothing' : list.message,
  ];
  return parts.filter((part) => part !== '').join('; ');
}

function failed(code: Code, message: string, evidence: string): Verdict {
  return { validation: 'failed', code, message, evidence };
}
