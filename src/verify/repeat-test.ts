import type { RunTools } from '../apply/run-tools.ts';
import type { AccountTest } from '../host/proof.ts';

/** Pauses before a busy or unanswered account is tested again (rule N17), in milliseconds. */
const testPauses = [1000, 4000];

/** Tests until the answer is worth believing, or has been asked for often enough. Nothing when it was told to stop. */
export async function repeatTest(
  name: string,
  test: () => Promise<AccountTest>,
  { clock, emit, stop }: RunTools,
): Promise<{ test: AccountTest; attempts: number } | undefined> {
  for (let attempts = 1; ; attempts += 1) {
    const told = await test();
    if (stop.aborted) return undefined;
    const pauseMs = testPauses[attempts - 1];
    if (!worthRepeating(told) || pauseMs === undefined) return { test: told, attempts };
    emit({ type: 'retry', stage: 'verify', what: `test of ${name}`, reason: told.message, pauseMs });
    await clock.sleep(pauseMs, stop);
  }
}

function worthRepeating(test: AccountTest): boolean {
  return test.outcome === 'error' || (test.outcome === 'failed' && test.why === 'busy');
}
