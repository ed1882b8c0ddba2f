import type { Account } from '../../host/account.ts';
import { problem, type Problem } from '../../core/relay-error.ts';
import type { ChangeLog } from '../change-log.ts';
import { accountDriver } from '../drivers/account.ts';
import { isOfOne } from '../ends-run.ts';
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
        ),
    },
    unstopped(tools),
    log,
  );
  const byId = new Map(now.map((account) => [account.id, account]));
  return accounts.map((account) => byId.get(account.id) ?? account);
}

/** The same for one account. A failure is returned, so that others can go on; one without a journal ends the run. */
export async function trySetEnabled(
  account: Account,
  enabled: boolean,
  tools: RunTools,
  log: ChangeLog,
): Promise<WriteProblem | undefined> {
  if (account.marker === null)
    return problem('FOREIGN_ACCOUNT', `The account "${account.name}" (${account.id}) has no marker; it is left alone.`);
  try {
    await setEnabled([account], enabled, tools, log);
    return undefined;
  } catch (error) {
    if (!isOfOne(error)) throw error;
    return { ...error.toProblem(), ...(error instanceof UnresolvedWrite ? { lost: error } : {}) };
  }
}
