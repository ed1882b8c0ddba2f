import { formatCount } from '../core/counted.ts';
import type { ChangeLog } from '../apply/change-log.ts';
import { addLeftovers, type Leftover } from '../apply/leftover.ts';
import { removeAccounts } from '../apply/accounts/remove-accounts.ts';
import { trySetEnabled } from '../apply/accounts/set-enabled.ts';
import type { RunTools } from '../apply/run-tools.ts';
import { serviceOf, type Id } from '../host/account.ts';
import { isIn } from '../plan/managed-accounts.ts';
import type { AccessMode } from '../core/modes.ts';
import { problem, type Problem } from '../core/relay-error.ts';
import type { AccountVerdict } from '../verify/probe-accounts.ts';
import type { Pool } from './pool-to-probe.ts';

export interface RepairPolicy {
  /** What becomes of accounts that do not work; nothing when `null`. */
  repair: 'disable' | 'remove' | null;
  /** Puts accounts back that work again, where relay or the host itself had taken them out. */
  revive: boolean;
  /** Accounts that the host had taken out when they were last probed; that it did was lifted by that very test. */
  heldOut: ReadonlySet<Id>;
  /** More than half of a mode's accounts may be removed. */
  allowMassRemoval: boolean;
}

export interface ProbedAccount {
  access: AccessMode;
  verdict: AccountVerdict;
  change: 'disabled' | 'removed' | 'revived' | null;
  /** Why one that works serves nobody, where that is no person's wish. */
  idle: 'revivable' | 'not_in_group' | null;
  /** What the host did by itself when the account was tested: took it out of service, or lifted the error it had seen. */
  byHost: 'took_out' | 'lifted' | null;
}

/** Whether the host hands requests to an account, after what was done about it. */
export function isInService({ verdict, change }: ProbedAccount): boolean {
  return change === null ? serviceOf(verdict.account) === 'on' : change === 'revived';
}

/** What treating accounts met. */
export interface Findings {
  problems: Problem[];
  leftovers: Leftover[];
}

/** What the tests of a pool told, before anything is done about it. */
export function unrepaired({ access, place, accounts }: Pool, verdicts: readonly AccountVerdict[]): ProbedAccount[] {
  const stateBefore = new Map(accounts.map(({ id, state }) => [id, state]));
  return verdicts.map((verdict) => {
    const { account, validation } = verdict;
    const works = validation === 'passed' || validation === 'warning';
    const before = stateBefore.get(account.id);
    const changed = before !== account.state;
    return {
      access,
      verdict,
      change: null,
      idle: works && !isIn(account, place?.id ?? null) ? 'not_in_group' : null,
      byHost: changed && account.state === 'error' ? 'took_out' : changed && before === 'error' ? 'lifted' : null,
    };
  });
}

/**
 * Does with each account what the treatment says of its verdict (rule N15), and notes it there. Only what was seen to
 * fail is treated: a test that could not be carried out tells nothing of a key, and a removed key is lost.
 */
export async function repairAccounts(
  probed: readonly ProbedAccount[],
  repairPolicy: RepairPolicy,
  tools: RunTools,
  log: ChangeLog,
  found: Findings,
): Promise<void> {
  for (const each of probed) {
    const { account, validation } = each.verdict;
    const service = serviceOf(account);
    const byHost = each.byHost === 'lifted' || repairPolicy.heldOut.has(account.id);
    // An error that outlasts a test that passed is one that no test ends.
    const mayReturn = service === 'paused_by_relay' || service === 'error' || (service === 'paused_by_hand' && byHost);
    if (validation === 'passed' && mayReturn) each.idle ??= 'revivable';
  }
  if (tools.stop.aborted) return;
  const dead = probed.filter(({ verdict }) => isDead(verdict));
  if (repairPolicy.repair === 'remove') await removeDead(dead, probed.length, repairPolicy, tools, log, found);
  if (repairPolicy.repair === 'disable') {
    const serving = dead.filter(({ verdict }) => verdict.account.enabled);
    await setService(serving, false, tools, log, found);
  }
  if (!repairPolicy.revive) return;
  const revivable = probed.filter((each) => each.idle === 'revivable');
  await setService(revivable, true, tools, log, found);
}

function isDead({ validation, code }: AccountVerdict): boolean {
  return validation === 'failed' && code !== 'TEST_ERROR';
}

async function removeDead(
  dead: readonly ProbedAccount[],
  all: number,
  { allowMassRemoval }: RepairPolicy,
  tools: RunTools,
  log: ChangeLog,
  found: Findings,
): Promise<void> {
  if (dead.length * 2 > all && !allowMassRemoval) {
    const message = `${formatCount(dead.length)} of ${formatCount(all)} accounts fail, more than half: none was removed.`;
    found.problems.push(problem('MASS_REMOVAL', message, 'See that the vendor is well and the keys are dead.'));
    return;
  }
  const accounts = dead.map(({ verdict }) => verdict.account);
  const { removed, left, leftovers } = await removeAccounts(accounts, tools, log, 'dead');
  addLeftovers(found.leftovers, leftovers);
  const gone = new Set(removed.map(({ id }) => id));
  for (const each of dead) if (gone.has(each.verdict.account.id)) each.change = 'removed';
  for (const { id, name } of left)
    found.problems.push(problem('REMOVAL_FAILED', `The account "${name}" (${id}) could not be removed.`));
}

async function setService(
  accounts: readonly ProbedAccount[],
  enabled: boolean,
  tools: RunTools,
  log: ChangeLog,
  found: Findings,
): Promise<void> {
  if (tools.stop.aborted) return;
  const failed = await trySetEnabled(
    accounts.map(({ verdict }) => verdict.account),
    enabled,
    tools,
    log,
  );
  found.problems.push(...failed.values());
  for (const each of accounts) {
    if (failed.has(each.verdict.account.id)) continue;
    each.change = enabled ? 'revived' : 'disabled';
    each.idle = null;
  }
}
