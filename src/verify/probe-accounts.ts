import { setMaxListeners } from 'node:events';
import { felt, longInTurn } from '../apply/host-pace.ts';
import { refreshAccounts } from '../apply/refresh-accounts.ts';
import { unstopped, type RunTools } from '../apply/run-tools.ts';
import { HostFailure } from '../host/host-failure.ts';
import type { Account, Id } from '../host/account.ts';
import type { Provider } from '../pack/manifest.ts';
import type { Code } from '../core/codes.ts';
import type { Pace } from '../core/pace/pace.ts';
import { lookAgain } from './look-again.ts';
import { repeatTest } from './repeat-test.ts';
import { waitOutPauses } from './wait-out-pauses.ts';
import { isInconclusive, decideVerdict, type Validation } from './verdict.ts';
import { capabilityWatch } from './capability-watch.ts';

/** What is known of one account after it was tried. */
export interface AccountVerdict {
  account: Account;
  validation: Validation;
  code: Code | null;
  smokeModelSeen: boolean;
  models: string[];
  /** The one that it was tested with. */
  model?: string;
  probe: { ok: boolean; message: string; evidence: string; attempts: number; startedAt: number; ms: number } | null;
}

export interface ProbeJob {
  accounts: readonly Account[];
  provider: Provider;
  pace: Pace;
  /** The models to test an account with, one after the other until one works; that of the provider alone where nothing is said. */
  modelsOf?: (account: Account) => readonly string[];
  /** Whether one test that could not be carried out ends the testing (rule B16, strict). */
  endsOnError: boolean;
  /** Accounts that were out of service before; one that works now may be put back, so being paused is no fault of it. */
  retested: ReadonlySet<Id>;
}

/** Tests accounts at their pace, and judges each. Those not reached before a stop are `not_tried`. */
export async function probeAccounts(job: ProbeJob, tools: RunTools): Promise<AccountVerdict[]> {
  const failed = new AbortController();
  const over = AbortSignal.any([tools.stop, failed.signal]);
  // Each account waits for it.
  setMaxListeners(0, over);
  const hasDiscovered = capabilityWatch(job.accounts, tools);
  const cannotTest = () => {
    if (job.endsOnError) failed.abort();
  };
  const refused = new Set<Id>();
  const counts = { passed: 0, warning: 0, failed: 0 };
  let done = 0;
  const verdicts = await Promise.all(
    job.accounts.map(async (account): Promise<AccountVerdict> => {
      const verdict = await probeAccount(account, job, { hasDiscovered, over, cannotTest, refused }, tools);
      if (verdict.code === 'TEST_ERROR') cannotTest();
      if (verdict.validation === 'not_tried') return verdict;
      counts[verdict.validation] += 1;
      done += 1;
      const { state: pace } = job.pace;
      const budget = tools.host.budget();
      tools.emit({ type: 'progress', stage: 'verify', done, total: job.accounts.length, ...counts, pace, budget });
      return verdict;
    }),
  );
  const learnt = verdicts.filter(({ account, validation }) => account.discovering && validation !== 'failed');
  await refreshAccounts(
    learnt.map(({ account }) => account),
    tools,
  );
  return readBack(verdicts, { refused, retested: job.retested }, tools);
}

interface Surroundings {
  hasDiscovered: (id: Id) => Promise<void>;
  /** Aborted when no further test is to begin. */
  over: AbortSignal;
  /** Told of a test that could not be carried out. */
  cannotTest: () => void;
  /** Filled with those that passed after a refusal. */
  refused: Set<Id>;
}

/** What may be otherwise with another model. */
const ofModel: ReadonlySet<Code> = new Set(['TEST_FAILED', 'MODEL_NOT_SEEN']);

async function probeAccount(
  account: Account,
  job: ProbeJob,
  around: Surroundings,
  tools: RunTools,
): Promise<AccountVerdict> {
  let verdict = notTried(account);
  for (const model of job.modelsOf?.(account) ?? [job.provider.smokeTestModel]) {
    verdict = { ...(await probeWith(model, account, job, around, tools)), model };
    if (verdict.code === null || !ofModel.has(verdict.code)) return verdict;
  }
  return verdict;
}

async function probeWith(
  model: string,
  account: Account,
  job: ProbeJob,
  { hasDiscovered, over, cannotTest, refused }: Surroundings,
  tools: RunTools,
): Promise<AccountVerdict> {
  const { proof } = tools.host;
  const { provider } = job;
  let startedAt = tools.clock.now();
  let attempts = 0;
  let listed: Promise<string[]> | undefined;
  try {
    await hasDiscovered(account.id);
    const { deadCodes } = provider;
    const ended = await repeatTest(
      account.name,
      () => {
        // The time in the queue is none of the test.
        if (attempts === 0) startedAt = tools.clock.now();
        attempts += 1;
        // The host answers this by itself, while the test waits for the vendor.
        listed ??= offeredBy(account, job.pace, tools);
        listed.catch(() => undefined);
        return proof.testAccount(account, { model, deadCodes, signal: tools.stop }).catch((failure: unknown) => {
          cannotTest();
          throw failure;
        });
      },
      job.pace,
      tools,
      over,
    );
    if (ended === undefined) return notTried(account);
    const { test, wasRefused } = ended;
    if (wasRefused && test.outcome === 'passed') refused.add(account.id);
    attempts = ended.attempts;
    const models = await (listed ?? offeredBy(account, job.pace, tools));
    const smokeModelSeen = models.includes(model.trim());
    const list = isInconclusive(test) ? await longInTurn(() => proof.upstreamModels(account.id), tools) : null;
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

/** The models that an account offers. How long the host takes for it tells how much it has to do. */
function offeredBy(account: Account, pace: Pace, tools: RunTools): Promise<string[]> {
  return felt(pace, () => tools.host.proof.accountModels(account), tools);
}

/** An account that the host now holds out of service is dead, whatever its test said (rule N13). */
async function readBack(
  verdicts: AccountVerdict[],
  { refused, retested }: { refused: ReadonlySet<Id>; retested: ReadonlySet<Id> },
  tools: RunTools,
): Promise<AccountVerdict[]> {
  const { host } = unstopped(tools);
  if (verdicts.every((verdict) => verdict.validation === 'not_tried')) return verdicts;
  const accounts = verdicts.map(({ account }) => account);
  const now = await waitOutPauses(refused, () => lookAgain(accounts, host), tools);
  return verdicts.map((verdict) => {
    const account = now.get(verdict.account.id);
    if (account === undefined)
      return {
        ...verdict,
        validation: 'failed',
        code: 'ACCOUNT_HELD_OUT',
        probe: verdict.probe && { ...verdict.probe, ok: false, message: 'The account is no longer on the host.' },
      };
    const { testEndsErrors } = host.info.capabilities;
    const isOut = account.state !== 'active' && (testEndsErrors || !retested.has(account.id));
    const heldByHost = isOut || (!account.enabled && !retested.has(account.id));
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
