import type { Account, Id } from '../../host/account.ts';
import { problem, type Problem } from '../../core/relay-error.ts';
import type { ChangeLog } from '../change-log.ts';
import { accountDriver } from '../drivers/account.ts';
import { isOfOne } from '../ends-run.ts';
import { turnsOf } from '../host-pace.ts';
import { edit } from '../make-change.ts';
import { UnresolvedWrite } from '../perform-write.ts';
import { unstopped, type RunTools } from '../run-tools.ts';

/** A problem, and the change behind it of which nobody can tell whether it was carried out. */
export interface WriteProblem extends Problem {
  lost?: UnresolvedWrite;
}

/**
 * Puts accounts into or out of service, also after the run was told to stop. What relay takes out by itself bears a note of
 * it, and may be put back; what the operator wants out stays so. Throws as `edit` does.
 */
export async function setEnabled(
  accounts: readonly Account[],
  enabled: boolean,
  tools: RunTools,
  log: ChangeLog,
  by: 'relay' | 'operator' = 'relay',
): Promise<Account[]> {
  const after = { enabled, paused: by === 'relay' && !enabled };
  const [first, ...others] = accounts.filter((each) => each.enabled !== enabled || each.paused !== after.paused);
  if (first === undefined) return [...accounts];
  const due = [first, ...others];
  const verb = enabled ? 'put back into service' : 'take out of service';
  const now = await edit(
    accountDriver,
    due.map(({ id, name, enabled: was, paused }) => ({ id, name, before: { enabled: was, paused }, after })),
    {
      what: `${verb}: "${first.name}"${others.length > 0 ? ` and ${others.length} more` : ''}`,
      stage: 'verify',
      send: ({ writes }) =>
        writes.setEnabled(
          due.map(({ id }) => id),
          after,
          turnsOf(tools),
        ),
    },
    unstopped(tools),
    log,
  );
  const byId = new Map(now.map((account) => [account.id, account]));
  return accounts.map((account) => byId.get(account.id) ?? account);
}

/**
 * The same, where failures are returned, by account, so that others can go on: what the host does not do for all of them at
 * once is asked for one by one. Throws only what ends the run.
 */
export async function trySetEnabled(
  accounts: readonly Account[],
  enabled: boolean,
  tools: RunTools,
  log: ChangeLog,
): Promise<Map<Id, WriteProblem>> {
  const problems = new Map<Id, WriteProblem>();
  const own: Account[] = [];
  for (const account of accounts) {
    const { id, name, marker } = account;
    if (marker !== null) own.push(account);
    else problems.set(id, problem('FOREIGN_ACCOUNT', `The account "${name}" (${id}) has no marker; it is left alone.`));
  }
  if (await isSet(own, enabled, tools, log)) return problems;
  for (const account of own) {
    try {
      await setEnabled([account], enabled, tools, log);
    } catch (error) {
      if (!isOfOne(error)) throw error;
      problems.set(account.id, { ...error.toProblem(), ...(error instanceof UnresolvedWrite ? { lost: error } : {}) });
    }
  }
  return problems;
}

/** Sets several by one request, and tells whether that came about. One is better asked for by itself. */
async function isSet(
  accounts: readonly Account[],
  enabled: boolean,
  tools: RunTools,
  log: ChangeLog,
): Promise<boolean> {
  if (accounts.length < 2) return false;
  try {
    await setEnabled(accounts, enabled, tools, log);
    return true;
  } catch (error) {
    if (!isOfOne(error)) throw error;
    return false;
  }
}
