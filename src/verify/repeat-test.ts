import type { RunTools } from '../apply/run-tools.ts';
import type { Pace, PaceEnd } from '../core/pace/pace.ts';
import type { AccountTest, TestFault } from '../host/proof.ts';

/** Pauses before a busy or unanswered account is tested again (rule N17), in milliseconds. */
const testPauses = [1000, 4000];

/** How long the last one of all rests until it is tried again, in milliseconds: then it is alone. */
const restMs = 1000;

/** From which pause on it is told that all tests wait, in milliseconds. */
const worthTellingMs = 1000;

const throttled: AccountTest = {
  outcome: 'failed',
  why: 'throttled',
  message: 'the vendor took no request for two minutes, so this account was not tried any more',
};

/**
 * Tests in its turn, until the answer is worth believing, or has been asked for often enough. What was refused because too
 * much was asked at once stands in the queue again, and that is no attempt (rule N17). A test that was alone was not refused
 * for that; and where nothing but refusals come, they are believed. Nothing when it was told to
 * stop.
 */
export async function repeatTest(
  name: string,
  test: () => Promise<AccountTest>,
  pace: Pace,
  { clock, emit, stop }: Pick<RunTools, 'clock' | 'emit' | 'stop'>,
  /** Aborted when no further test is to begin. */
  over: AbortSignal = stop,
): Promise<{ test: AccountTest; attempts: number; wasRefused: boolean } | undefined> {
  let told = throttled;
  let wasRefused = false;
  for (let attempts = 0; ;) {
    const turn = await pace.turn(over);
    if (turn === undefined) return over.aborted ? undefined : { test: told, attempts, wasRefused };
    let end: PaceEnd = { signal: 'none' };
    let alone = false;
    try {
      told = await test();
      end = endOf(told);
      alone = pace.isAlone(turn);
    } finally {
      const pauseMs = pace.end(turn, end);
      if (pauseMs >= worthTellingMs)
        emit({ type: 'retry', stage: 'verify', what: 'tests', reason: told.message, pauseMs });
    }
    if (stop.aborted) return undefined;
    wasRefused ||= end.signal === 'refused';
    if (end.signal === 'refused' && !alone && !pace.standsStill) {
      // With nobody before it in the queue, it would come at once.
      if (pace.idle) await clock.sleep(restMs, stop);
      continue;
    }
    attempts += 1;
    const pauseMs = testPauses[attempts - 1];
    if (!worthRepeating(told) || pauseMs === undefined || pace.standsStill) return { test: told, attempts, wasRefused };
    emit({ type: 'retry', stage: 'verify', what: `test of ${name}`, reason: told.message, pauseMs });
    await clock.sleep(pauseMs, stop);
  }
}

/** What the end of a test tells of the pace: whatever the vendor answered well, or clearly, it had time for. */
function endOf(test: AccountTest): PaceEnd {
  if (test.outcome === 'error') return { signal: test.overloaded === true ? 'busy' : 'none' };
  if (test.outcome === 'passed') return { signal: 'well' };
  if (test.why === 'throttled') return { signal: 'refused', retryAfterMs: test.retryAfterMs };
  if (test.why === 'unanswered') return { signal: 'none' };
  return { signal: test.why === 'busy' ? 'busy' : 'well' };
}

const passing: readonly TestFault[] = ['busy', 'throttled', 'unanswered'];

function worthRepeating(test: AccountTest): boolean {
  return test.outcome === 'error' || (test.outcome === 'failed' && passing.includes(test.why));
}
