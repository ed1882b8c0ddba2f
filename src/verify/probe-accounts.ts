import pLimit from 'p-limit';
import { unstopped, type RunTools } from '../apply/run-tools.ts';
import { HostFailure } from '../host/host-failure.ts';
import type { AccountTest } from '../host/host.ts';
import type { Account, Id } from '../host/objects.ts';
import type { Provider } from '../pack/manifest.ts';
import type { Code } from '../core/codes.ts';
import { isInconclusive, decideVerdict, type Validation } from './verdict.ts';
import { capabilityWatch } from './capability-watch.ts';

/** What is known of one account after it was tried. */
export interface AccountVerdict {
  account: Account;
  validation: Validation;
  code: Code | null;
  smokeModelSeen: boolean;
  models: string[];
  probe: { ok: boolean; message: string; evidence: string; attempts: number; startedAt: number; ms: number } | null;
}

export interface ProbeJob {
  accounts: readonly Account[];
  provider: Provider;
  concurrency: number;
  /** Whether one test that could not be carried out ends the testing (rule B16, strict). */
  endsOnError: boolean;
  /** Accounts that were out of service before; one that works now may be put back, so being paused is no fault of it. */
  retested: ReadonlySet<Id>;
}

/** Pauses before a busy or unanswered account is tested again (rule N17), in milliseconds. */
const testPauses = [1000, 4000];

/** Tests accounts, several at once, and judges each. Those not reached before a stop are `not_tried`. */
export async function probeAccounts(job: ProbeJob, tools: RunTools): Promise<AccountVerdict[]> {
  const limit = pLimit(job.concurrency);
  const hasDiscovered = capabilityWatch(job.accounts, tools);
  const counts = { passed: 0, warning: 0, failed: 0 };
  let done = 0;
  let ended = false;
  const verdicts = await Promise.all(
    job.accounts.map((account) =>
      limit(async (): Promise<AccountVerdict> => {
        if (tools.stop.aborted || ended) return notTried(account);
        const verdict = await probeAccount(account, job, hasDiscovered, tools);
        if (verdict.code === 'TEST_ERROR' && job.endsOnError) ended = true;
        if (verdict.validation !== 'not_tried') counts[verdict.validation] += 1;
        done += 1;
        tools.emit({ type: 'progress', stage: 'verify', done, total: job.accounts.length, ...counts });
        return verdict;
      }),
    ),
  );
  return readBack(await refresh(verdicts, tools), job.retested, tools);
}

async function probeAccount(
  account: Account,
  job: ProbeJob,
  hasDiscovered: (id: Id) => Promise<void>,
  tools: RunTools,
): Promise<AccountVerdict> {
  const { probes } = tools.host;
  const { provider } = job;
  const startedAt = tools.clock.now();
  let attempts = 0;
  try {
    await hasDiscovered(account.id);
    // The host answers this by itself, while the test waits for the vendor.
    const listed = probes.accountModels(account.id);
    listed.catch(() => undefined);
    let test: AccountTest;
    for (;;) {
      attempts += 1;
      test = await probes.testAccount(account, {
        model: provider.smokeTestModel,
        deadCodes: provider.deadCodes,
        signal: tools.stop,
      });
      if (tools.stop.aborted) return notTried(account);
      const pause = testPauses[attempts - 1];
      if (!worthRepeating(test) || pause === undefined) break;
      tools.emit({
        type: 'retry',
        stage: 'verify',
        what: `test of ${account.name}`,
        reason: test.message,
        pauseMs: pause,
      });
      await tools.clock.sleep(pause, tools.stop);
    }
    const models = await listed;
    const smokeModelSeen = models.includes(provider.smokeTestModel.trim());
    const list = isInconclusive(test) ? await probes.upstreamModels(account.id) : null;
    const { validation, code, message, evidence } = decideVerdict(test, smokeModelSeen, list, provider.keyCheck);
    const probe = {
      ok: validation === 'passed',
      message,
      evidence,
      attempts,
      startedAt,
      ms: tools.clock.now() - startedAt,
    };
    return { account, validation, code, smokeModelSeen, models, probe };
  } catch (failure) {
    // What a stop has ended tells nothing of the account.
    if (tools.stop.aborted && failure === tools.stop.reason) return notTried(account);
    if (!(failure instanceof HostFailure)) throw failure;
    const probe = {
      ok: false,
      message: failure.message,
      evidence: 'none',
      attempts,
      startedAt,
      ms: tools.clock.now() - startedAt,
    };
    return { account, validation: 'failed', code: 'TEST_ERROR', smokeModelSeen: false, models: [], probe };
  }
}

function worthRepeating(test: AccountTest): boolean {
  return test.outcome === 'error' || (test.outcome === 'failed' && test.why === 'busy');
}

/** Makes a host that may have missed what its accounts learnt look at them again, a second after they learnt it. */
async function refresh(verdicts: AccountVerdict[], { host, clock, stop }: RunTools): Promise<AccountVerdict[]> {
  const stale = host.info.features.refreshAfterDiscovery
    ? verdicts.filter((verdict) => verdict.account.discovering && verdict.validation !== 'failed')
    : [];
  if (stale.length === 0 || stop.aborted) return verdicts;
  await clock.sleep(1100, stop);
  // Best effort: the gateway check that follows tells whether it was enough.
  for (const { account } of stale) if (!stop.aborted) await host.writes.refreshAccount(account);
  return verdicts;
}

/** An account that the host now holds out of service is dead, whatever its test said (rule N13). */
async function readBack(
  verdicts: AccountVerdict[],
  retested: ReadonlySet<Id>,
  tools: RunTools,
): Promise<AccountVerdict[]> {
  const { host } = unstopped(tools);
  if (verdicts.every((verdict) => verdict.validation === 'not_tried')) return verdicts;
  const now = new Map((await host.reads.accounts()).map((account) => [account.id, account]));
  return verdicts.map((verdict) => {
    const account = now.get(verdict.account.id);
    if (account === undefined)
      return {
        ...verdict,
        validation: 'failed',
        code: 'ACCOUNT_HELD_OUT',
        probe: verdict.probe && { ...verdict.probe, ok: false, message: 'The account is no longer on the host.' },
      };
    const heldByHost = account.state !== 'active' || (!account.enabled && !retested.has(account.id));
    if (verdict.validation === 'failed' || verdict.validation === 'not_tried' || !heldByHost)
      return { ...verdict, account };
    const message =
      account.stateMessage === ''
        ? `The host holds the account out of service (${account.state}).`
        : account.stateMessage;
    return {
      ...verdict,
      account,
      validation: 'failed',
      code: 'ACCOUNT_HELD_OUT',
      probe: verdict.probe && { ...verdict.probe, ok: false, message },
    };
  });
}

function notTried(account: Account): AccountVerdict {
  return { account, validation: 'not_tried', code: null, smokeModelSeen: false, models: [], probe: null };
}
