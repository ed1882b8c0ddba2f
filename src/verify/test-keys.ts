import type { RunTools } from '../apply/run-tools.ts';
import type { Account, AccountSpec } from '../host/account.ts';
import { HostFailure } from '../host/host-failure.ts';
import type { ProofPort } from '../host/proof.ts';
import type { Provider } from '../pack/manifest.ts';
import type { Pace } from '../core/pace/pace.ts';
import { RelayError } from '../core/relay-error.ts';
import type { Secret } from '../core/secrets/secret.ts';
import type { AccountVerdict } from './probe-accounts.ts';
import { repeatTest } from './repeat-test.ts';
import { decideVerdict } from './verdict.ts';

/** What is known of a key that no account holds yet. */
export type KeyVerdict = Pick<AccountVerdict, 'validation' | 'code' | 'probe'>;

export interface KeyTestJob {
  specs: readonly AccountSpec[];
  keyOf: (fingerprint: string) => Secret;
  provider: Provider;
  pace: Pace;
}

const notTried: KeyVerdict = { validation: 'not_tried', code: null, probe: null };

/**
 * Tests keys before accounts are made of them, on a host that can, at their pace. Returns a verdict for each, by
 * fingerprint; those not reached before a stop are `not_tried`.
 */
export async function testKeys(job: KeyTestJob, tools: RunTools): Promise<Map<string, KeyVerdict>> {
  const { proof } = tools.host;
  const test = proof.testKey?.bind(proof);
  if (test === undefined) throw new RelayError('INTERNAL', 'This host tests no key on its own.');
  const tested = job.specs.map(
    async (spec) => [spec.marker.fingerprint, await testOne(spec, job, test, tools)] as const,
  );
  return new Map(await Promise.all(tested));
}

async function testOne(
  spec: AccountSpec,
  { keyOf, provider, pace }: KeyTestJob,
  test: NonNullable<ProofPort['testKey']>,
  tools: RunTools,
): Promise<KeyVerdict> {
  const { clock, stop } = tools;
  if (stop.aborted) return notTried;
  const startedAt = clock.now();
  const since = () => ({ startedAt, ms: clock.now() - startedAt });
  const { smokeTestModel: model, deadCodes, keyCheck } = provider;
  try {
    const key = keyOf(spec.marker.fingerprint);
    const ended = await repeatTest(spec.name, () => test(spec, key, { model, deadCodes, signal: stop }), pace, tools);
    if (ended === undefined) return notTried;
    const { validation, code, message, evidence } = decideVerdict(ended.test, true, null, keyCheck);
    const { attempts } = ended;
    return { validation, code, probe: { ok: validation === 'passed', message, evidence, attempts, ...since() } };
  } catch (failure) {
    if (stop.aborted && failure === stop.reason) return notTried;
    if (!(failure instanceof HostFailure)) throw failure;
    const probe = { ok: false, message: failure.message, evidence: 'none', attempts: 1, ...since() };
    return { validation: 'failed', code: 'TEST_ERROR', probe };
  }
}

/** What a key's test says of the account that was made of it, once that account offers the model. */
export async function verdictOfMade(
  account: Account,
  verdict: KeyVerdict,
  { smokeTestModel }: Provider,
  { host }: RunTools,
): Promise<AccountVerdict> {
  const models = await host.proof.accountModels(account);
  const smokeModelSeen = models.includes(smokeTestModel.trim());
  const base = { account, smokeModelSeen, models };
  if (smokeModelSeen) return { ...base, ...verdict };
  const message = 'The account does not list the smoke-test model.';
  const probe = verdict.probe && { ...verdict.probe, ok: false, message };
  return { ...base, validation: 'failed', code: 'MODEL_NOT_SEEN', probe };
}
