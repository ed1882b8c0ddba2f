import { ChangeLog } from '../apply/change-log.ts';
import { addLeftovers, type Leftover } from '../apply/leftover.ts';
import { inStage, throwIfStopped, type RunTools } from '../apply/run-tools.ts';
import { stagingChanges } from '../apply/accounts/staging.ts';
import { undo } from '../apply/undo/undo.ts';
import type { PackProvider, Provider } from '../pack/manifest.ts';
import { counted } from '../core/counted.ts';
import { accessSlug, type AccessMode, type ProbeMode } from '../core/modes.ts';
import { RelayError, type Problem } from '../core/relay-error.ts';
import type { Secret } from '../core/secrets/secret.ts';
import { checkGateway, unasked, type GatewayCheck } from '../verify/check-gateway.ts';
import { probeAccounts, type AccountVerdict } from '../verify/probe-accounts.ts';
import { testPace } from '../verify/test-pace.ts';
import { ClientKeys } from '../apply/client-keys.ts';
import { checkInIsolation } from '../verify/isolation-check.ts';
import { completionOf } from './completion-of.ts';
import { asAborted, abortedExitCode } from './import/failure/aborted.ts';
import { leftClients, removeLeftClients, stayingClients } from './left-clients.ts';
import { modelsToTry } from './provider-on-host.ts';
import { findPools, type Pool } from './pool-to-probe.ts';
import { isInService, repairAccounts, unrepaired, type ProbedAccount, type RepairPolicy } from './repair-accounts.ts';

export interface ProbeJobOptions extends RepairPolicy {
  run: string;
  provider: PackProvider;
  modes: readonly AccessMode[];
  probe: ProbeMode;
  probeKey: Secret | null;
  /** Accounts tested at once; `null`: as many as host and vendor turn out to take. */
  concurrency: number | null;
  gatewayWaitMs: number;
}

/** The same, with the provider as it stands on the host. */
type PoolJob = Omit<ProbeJobOptions, 'provider'> & { provider: Provider };

export interface PoolProbe {
  accounts: ProbedAccount[];
  gateways: { access: AccessMode; check: GatewayCheck }[];
  leftovers: Leftover[];
  problems: Problem[];
  /** What ended it before all was tested. */
  aborted: RelayError | null;
}

/**
 * Tests every account of a provider again, and asks the gateway as a user would. Changes accounts only as `repair` and
 * `revive` say; what it makes to find out is removed again, however it ends. Throws what stops it before the first test;
 * what stops it later is told with what was found until then.
 */
export async function probePool(job: ProbeJobOptions, tools: RunTools): Promise<PoolProbe> {
  const { disable } = tools.host.info.capabilities;
  if (job.repair === 'disable' && !disable.possible)
    throw new RelayError('HOST_CANNOT', `This host cannot honour --repair disable: ${disable.why}.`);
  const pools = await findPools(job, tools);
  const left = await leftClients(job.run, tools);
  const log = new ChangeLog(tools.journal);
  const clientKeys = new ClientKeys(job.run, tools, log);
  const result: PoolProbe = { accounts: [], gateways: [], leftovers: [], problems: [], aborted: null };
  try {
    result.problems.push(...stayingClients(await removeLeftClients(left.orphans, tools)));
    for (const pool of pools) await probeOne({ ...job, provider: pool.provider }, pool, result, clientKeys, tools, log);
  } catch (error) {
    result.aborted = asAborted(error, tools.stop);
  } finally {
    addLeftovers(result.leftovers, await clientKeys.remove());
    const staging = stagingChanges(log, job.run);
    if (staging.length > 0) addLeftovers(result.leftovers, (await undo(staging, tools, log)).leftovers);
  }
  return result;
}

/** The exit code of a probe (rule N11). What a person has disabled is not tested, and counts neither way. */
export function probeExitCode({ accounts, gateways, leftovers, problems, aborted }: PoolProbe): number {
  if (leftovers.length > 0 || problems.some((each) => each.code === 'WRITE_UNSETTLED')) return 6;
  const changed = accounts.some((each) => each.change !== null);
  if (aborted !== null) return abortedExitCode(aborted, changed);
  const failed = accounts.filter(({ verdict }) => verdict.validation === 'failed');
  const works = accounts.some(({ verdict }) => verdict.validation === 'passed' || verdict.validation === 'warning');
  if (gateways.some(({ check }) => !check.ok) || !works) return 7;
  return failed.length > 0 || problems.length > 0 ? 5 : 0;
}

async function probeOne(
  job: PoolJob,
  pool: Pool,
  result: PoolProbe,
  clientKeys: ClientKeys,
  tools: RunTools,
  log: ChangeLog,
): Promise<void> {
  throwIfStopped(tools);
  const verdicts = await test(job, pool, result, clientKeys, tools, log);
  const probed = unrepaired(pool, verdicts);
  result.accounts.push(...probed);
  await repairAccounts(probed, job, tools, log, result);
  throwIfStopped(tools);
  // Without an account in service there is nothing to wait for: others' accounts answer at once, or nobody does.
  const gatewayWaitMs = probed.some(isInService) ? job.gatewayWaitMs : 0;
  const provider = { ...job.provider, smokeTestModel: modelThatWorks(verdicts) ?? job.provider.smokeTestModel };
  const check = await askGateway({ ...job, provider, gatewayWaitMs }, pool, clientKeys, tools);
  // What a stopped check saw is no verdict.
  throwIfStopped(tools);
  if (check !== null) result.gateways.push({ access: pool.access, check });
}

function test(
  job: PoolJob,
  pool: Pool,
  result: PoolProbe,
  clientKeys: ClientKeys,
  tools: RunTools,
  log: ChangeLog,
): Promise<AccountVerdict[]> {
  const { provider, concurrency, run } = job;
  const pace = testPace(concurrency, provider, tools.host.info.capabilities, tools.clock);
  const { access, accounts, key } = pool;
  const tested = accounts.filter((account) => account.state !== 'inactive');
  const skipped = accounts.filter((account) => account.state === 'inactive').map(notTested);
  const probing = { provider, pace, accounts: tested, endsOnError: false, modelsOf: modelsToTry(provider) };
  const retested = new Set(tested.map((account) => account.id));
  const proof = { staging: { provider, access, run }, request: completionOf(provider), clientKeys, pace };
  return inStage(
    tools,
    'verify',
    `Test ${counted(tested.length, 'account')} (${accessSlug(access)})`,
    async () => {
      const verdicts = [...(await probeAccounts({ ...probing, retested }, tools)), ...skipped];
      try {
        return key === 'make' && tools.host.isolation !== null
          ? await checkInIsolation(verdicts, proof, tools, log)
          : verdicts;
      } catch (error) {
        // What the tests told is told all the same.
        result.accounts.push(...unrepaired(pool, verdicts));
        throw error;
      }
    },
    (all) => {
      const failed = all.filter((verdict) => verdict.validation === 'failed').length;
      return { ok: failed === 0, text: failed === 0 ? 'none failed' : `${failed} failed` };
    },
  );
}

/** The model with which most can be told: of accounts that work, the one that they were tested with. */
function modelThatWorks(verdicts: readonly AccountVerdict[]): string | undefined {
  return verdicts.find(({ validation }) => validation === 'passed' || validation === 'warning')?.model;
}

function notTested(account: Pool['accounts'][number]): AccountVerdict {
  return { account, validation: 'not_tried', code: null, smokeModelSeen: false, models: [], probe: null };
}

/** Accounts without their place serve nobody. */
const noPlace = (access: AccessMode) => unasked(`What is managed for ${accessSlug(access)} access is missing.`);

async function askGateway(
  job: PoolJob,
  { access, place, key }: Pool,
  clientKeys: ClientKeys,
  tools: RunTools,
): Promise<GatewayCheck | null> {
  if (place === undefined) return job.probe === 'none' ? null : noPlace(access);
  if (key === null) return null;
  return inStage(
    tools,
    'access',
    `Check the gateway (${accessSlug(access)})`,
    async () => {
      const user = key === 'make' ? await clientKeys.keyFor(place.id, access) : key;
      return checkGateway(user, completionOf(job.provider), job.gatewayWaitMs, tools);
    },
    (check) => ({ ok: check.ok, text: check.message }),
  );
}
