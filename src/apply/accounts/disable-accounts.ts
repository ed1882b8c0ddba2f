import type { Account, Id } from '../../host/account.ts';
import type { FailedPolicy } from '../../core/modes.ts';
import { problem } from '../../core/relay-error.ts';
import type { ChangeLog } from '../change-log.ts';
import { accountStateOf } from '../drivers/account-state.ts';
import { removeAccounts } from './remove-accounts.ts';
import { unstopped, type RunTools } from '../run-tools.ts';
import { trySetEnabled, type WriteProblem } from './set-enabled.ts';

/**
 * Takes accounts that are not known to work out of service (rule N15). Returns what was done to each, and a problem for
 * each that is still in service. Throws `JOURNAL_FAILED`.
 */
export async function disableAccounts(
  accounts: readonly Account[],
  policy: FailedPolicy,
  tools: RunTools,
  log: ChangeLog,
): Promise<{ done: Map<Id, 'disabled' | 'removed'>; problems: WriteProblem[] }> {
  const done = new Map<Id, 'disabled' | 'removed'>();
  const problems: WriteProblem[] = [];
  const { disable } = tools.host.info.capabilities;
  if (policy === 'remove') {
    const { removed, left } = await removeAccounts(accounts, unstopped(tools), log, 'dead');
    for (const { id } of removed) done.set(id, 'removed');
    for (const { id, name } of left) {
      const isOut = log.changes.some((change) => change.id === id && accountStateOf(change)?.paused === true);
      if (isOut) done.set(id, 'disabled');
      const how = isOut ? 'could not be removed; it is out of service' : 'could not be removed';
      problems.push(problem('REMOVAL_FAILED', `The account "${name}" (${id}) does not work and ${how}.`));
    }
  }
  if (policy === 'disable' && !disable.possible) return withoutDisabling(accounts, disable.why, tools, log);
  if (policy === 'disable') {
    const failed = await trySetEnabled(accounts, false, tools, log);
    problems.push(...failed.values());
    for (const { id } of accounts) if (!failed.has(id)) done.set(id, 'disabled');
  }
  return { done, problems };
}

/** What the run itself has made goes again, since its key is at hand; what was there before holds the only copy of its key. */
async function withoutDisabling(
  accounts: readonly Account[],
  why: string,
  tools: RunTools,
  log: ChangeLog,
): ReturnType<typeof disableAccounts> {
  // Told apart before any goes: what is gone is in the log no more.
  const own = accounts.filter(({ id }) => log.hasMade('account', id));
  const stays = accounts.filter((account) => !own.includes(account) && account.enabled);
  const removed = await disableAccounts(own, 'remove', tools, log);
  const problems = stays.map(({ id, name }) =>
    problem('HOST_CANNOT', `The account "${name}" (${id}) does not work, and stays in service: ${why}.`, 'Remove it.'),
  );
  return { done: removed.done, problems: [...removed.problems, ...problems] };
}
