import { inStage, throwIfStopped } from '../../apply/run-tools.ts';
import { counted } from '../../core/counted.ts';
import { problem } from '../../core/relay-error.ts';
import { testKeys } from '../../verify/test-keys.ts';
import type { ImportRun } from './import-run.ts';
import { RunFailure } from './failure/run-failure.ts';

/**
 * On a host whose accounts serve as soon as they are there: tests the keys first, so that none is stored that does not work.
 * A key that fails ends the run, or is left out, as the policy says.
 */
export async function testKeysFirst(run: ImportRun): Promise<void> {
  const { job, plan, tools, record, undoesOnFailure } = run;
  const steps = plan.accounts.filter((step) => step.action === 'create');
  if (tools.host.info.capabilities.proof !== 'before-create' || steps.length === 0) return;
  const specs = steps.map(({ spec }) => ({ ...spec, place: plan.place.id ?? '' }));
  const { provider } = job;
  const verdicts = await inStage(
    tools,
    'verify',
    `Test ${counted(steps.length, 'key')}`,
    () => testKeys({ specs, keyOf: run.keyOf, provider, pace: run.pace }, tools),
    (told) => {
      const failed = [...told.values()].filter(({ validation }) => validation === 'failed').length;
      return { ok: failed === 0, text: failed === 0 ? 'none failed' : `${failed} failed` };
    },
  );
  throwIfStopped(tools);
  for (const step of steps) {
    const verdict = verdicts.get(step.fingerprint);
    if (verdict === undefined) continue;
    run.keyVerdicts.set(step.fingerprint, verdict);
    if (verdict.validation !== 'failed') continue;
    const code = verdict.code ?? 'TEST_FAILED';
    const message = verdict.probe?.message ?? '';
    record.outcomes.set(step.fingerprint, { outcome: 'failed', code, message, id: null });
    const found = problem(code, `${step.name} (line ${step.line}): ${message}`);
    if (undoesOnFailure) throw new RunFailure(found);
    run.fail('verify', found);
  }
}
