import { Ledger } from '../apply/ledger.ts';
import { removeAccounts } from '../apply/remove-accounts.ts';
import { setScheduled } from '../apply/retire-accounts.ts';
import { inStage, throwIfStopped, type RunTools } from '../apply/run-tools.ts';
import { sideGroupDeeds } from '../apply/side-group.ts';
import { undo, type Leftover } from '../apply/undo.ts';
import type { Account, Group } from '../host/objects.ts';
import type { Provider } from '../pack/manifest.ts';
import { managedAccounts, isInGroup } from '../plan/managed-accounts.ts';
import { resourceName } from '../plan/names.ts';
import { isMarkedFor } from '../plan/plan-group.ts';
import type { AccessMode, ProbeMode } from '../terms/modes.ts';
import { problem, RelayError, type Problem } from '../terms/relay-error.ts';
import type { Secret } from '../terms/secret.ts';
import { checkGateway, type GatewayCheck } from '../verify/check-gateway.ts';
import { probeAccounts, type AccountVerdict } from '../verify/probe-accounts.ts';
import { ProbeUser } from '../verify/probe-key.ts';
import { isOpen, proveAlone } from '../verify/prove-alone.ts';
import { completionOf } from './completion-of.ts';
import { lookAtHost } from './look-at-provider.ts';

export interface ProbeJobOptions {
  run: string;
  provider: Provider;
  modes: readonly AccessMode[];
  /** What becomes of accounts that do not work; nothing when absent. */
  repair: 'disable' | 'remove' | null;
  /** Puts accounts back that work again, where relay or the host itself had taken them out. */
  revive: boolean;
  probe: ProbeMode;
  probeKey: Secret | null;
  concurrency: number;
  gatewayWaitMs: number;
}

export interface ProbedAccount {
  access: AccessMode;
  verdict: AccountVerdict;
  change: 'disabled' | 'removed' | 'revived' | null;
}

export interface PoolProbe {
  accounts: ProbedAccount[];
  gateways: { access: AccessMode; check: GatewayCheck }[];
  leftovers: Leftover[];
  problems: Problem[];
}

/**
 * Tests every account of a provider again, and asks the gateway as a user would. Changes accounts only as `repair` and
 * `revive` say; what it makes to find out is removed again. Throws what ends it early.
 */
export async function probePool(job: ProbeJobOptions, tools: RunTools): Promise<PoolProbe> {
  const ledger = new Ledger(tools.journal);
  const probeUser = new ProbeUser(job.run, tools);
  const result: PoolProbe = { accounts: [], gateways: [], leftovers: [], problems: [] };
  try {
    const held = await lookAtHost(tools);
    for (const access of job.modes) {
      const name = resourceName(job.provider.id, access);
      const group = held.groups.find(
        (each) => each.name === name && isMarkedFor(each, { provider: job.provider, access }),
      );
      if (group === undefined) continue;
      const own = managedAccounts({ ...job, access, accounts: 'reconcile' }, held, group);
      const accounts = [...own.byFingerprint.values()].filter(
        (each) => isInGroup(each, group) && each.state !== 'inactive',
      );
      const verdicts = await test(job, access, accounts, probeUser, tools, ledger);
      throwIfStopped(tools);
      result.accounts.push(...(await treat(job, access, verdicts, accounts, result, tools, ledger)));
      const check = await askGateway(job, access, group, probeUser, tools);
      if (check !== null) result.gateways.push({ access, check });
    }
  } finally {
    result.leftovers.push(...(await probeUser.remove()), ...(await undo(sideGroupDeeds(ledger), tools, ledger)));
  }
  return result;
}

/** The exit code of a probe (rule N11). */
export function probeExitCode({ accounts, gateways, leftovers, problems }: PoolProbe): number {
  if (leftovers.length > 0 || problems.some((each) => each.code === 'WRITE_UNSETTLED')) return 6;
  const working = accounts.filter(({ verdict }) => verdict.validation === 'passed' || verdict.validation === 'warning');
  if (gateways.some(({ check }) => !check.ok) || working.length === 0) return 7;
  return working.length < accounts.length || problems.length > 0 ? 5 : 0;
}

function test(
  job: ProbeJobOptions,
  access: AccessMode,
  accounts: readonly Account[],
  probeUser: ProbeUser,
  tools: RunTools,
  ledger: Ledger,
): Promise<AccountVerdict[]> {
  const { provider, concurrency, run } = job;
  const retested = new Set(accounts.map((account) => account.id));
  const request = completionOf(provider);
  return inStage(
    tools,
    'verify',
    `Test ${accounts.length} account${accounts.length === 1 ? '' : 's'} (${access.replace('_', '-')})`,
    async () => {
      const verdicts = await probeAccounts({ accounts, provider, concurrency, endsOnError: false, retested }, tools);
      if (job.probe !== 'auto' || job.probeKey !== null || !verdicts.some(isOpen)) return verdicts;
      return proveAlone(verdicts, { side: { provider, access, run }, request, probeUser, concurrency }, tools, ledger);
    },
    (all) => {
      const failed = all.filter((verdict) => verdict.validation === 'failed').length;
      return { ok: failed === 0, text: failed === 0 ? 'none failed' : `${failed} failed` };
    },
  );
}

/** Does with each account what the job says of its verdict. */
async function treat(
  job: ProbeJobOptions,
  access: AccessMode,
  verdicts: readonly AccountVerdict[],
  before: readonly Account[],
  result: PoolProbe,
  tools: RunTools,
  ledger: Ledger,
): Promise<ProbedAccount[]> {
  const was = new Map(before.map((account) => [account.id, account]));
  const dead = verdicts.filter((verdict) => verdict.validation === 'failed').map((verdict) => verdict.account);
  const gone = new Set<number>();
  if (job.repair === 'remove') {
    const { removed, left } = await removeAccounts(dead, tools, ledger);
    for (const { id } of removed) gone.add(id);
    for (const { id, name } of left)
      result.problems.push(problem('REMOVAL_FAILED', `The account "${name}" (${id}) could not be removed.`));
  }
  const probed: ProbedAccount[] = [];
  for (const verdict of verdicts) {
    const { account } = verdict;
    let change: ProbedAccount['change'] = gone.has(account.id) ? 'removed' : null;
    const scheduled = wantedService(job, verdict, was.get(account.id));
    if (change === null && scheduled !== null) {
      const found = await setScheduled(account, scheduled, tools, ledger);
      if (found === undefined) change = scheduled ? 'revived' : 'disabled';
      else result.problems.push(found);
    }
    probed.push({ access, verdict, change });
  }
  return probed;
}

/** Whether an account is to be put into service or out of it; nothing when it stays as it is (rule N15). */
function wantedService(
  job: ProbeJobOptions,
  { validation, account }: AccountVerdict,
  was: Account | undefined,
): boolean | null {
  if (validation === 'failed') return job.repair === 'disable' && account.scheduled ? false : null;
  const mayReturn = was?.state === 'error' || was?.marker?.paused === true;
  return job.revive && validation === 'passed' && mayReturn && !account.scheduled ? true : null;
}

async function askGateway(
  job: ProbeJobOptions,
  access: AccessMode,
  group: Group,
  probeUser: ProbeUser,
  tools: RunTools,
): Promise<GatewayCheck | null> {
  if (job.probe === 'none') return null;
  const { probeUser: possible } = tools.host.info.features;
  const given = job.probeKey ?? (job.probe === 'find' ? await tools.host.reads.usableKey(group.id) : undefined);
  if (given === undefined && (job.probe === 'find' || !possible.possible)) {
    const why = possible.possible ? 'no user of the host has a key with access to the group' : possible.why;
    throw new RelayError('PROBE_KEY_IMPOSSIBLE', `There is no key to check the gateway with: ${why}.`);
  }
  return inStage(
    tools,
    'access',
    `Check the gateway (${access.replace('_', '-')})`,
    async () =>
      checkGateway(
        given ?? (await probeUser.keyFor(group.id, access)),
        completionOf(job.provider),
        job.gatewayWaitMs,
        tools,
      ),
    (check) => ({ ok: check.ok, text: check.message }),
  );
}
