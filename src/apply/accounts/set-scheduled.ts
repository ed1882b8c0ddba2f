import type { Account } from '../../host/objects.ts';
import { problem, type Problem } from '../../core/relay-error.ts';
import type { ChangeLog } from '../change-log.ts';
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
export async function setScheduled(
  accounts: readonly Account[],
  scheduled: boolean,
  tools: RunTools,
  log: ChangeLog,
  by: 'relay' | 'operator' = 'relay',
): Promise<Account[]> {
  const after = { scheduled, paused: by === 'relay' && !scheduled };
  const [first, ...others] = accounts.filter((each) => each.scheduled !== scheduled || each.paused !== after.paused);
  if (first === undefined) return [...accounts];
  const due = [first, ...others];
  const verb = scheduled ? 'put back into service' : 'take out of service';
  const now = await edit(
    'account',
    due.map(({ id, name, scheduled: was, paused }) => ({ id, name, before: { scheduled: was, paused }, after })),
    {
      what: `${verb}: "${first.name}"${others.length > 0 ? ` and ${others.length} more` : ''}`,
      stage: 'verify',
      send: ({ writes }) =>
        writes.setScheduled(
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
export async function trySetScheduled(
  account: Account,
  scheduled: boolean,
  tools: RunTools,
  log: ChangeLog,
): Promise<WriteProblem | undefined> {
  if (account.marker === null)
    return problem('FOREIGN_ACCOUNT', `The account "${account.name}" (${account.id}) has no marker; it is left alone.`);
  try {
    await setScheduled([account], scheduled, tools, log);
    return undefined;
  } catch (error) {
    if (!isOfOne(error)) throw error;
    return { ...error.toProblem(), ...(error instanceof UnresolvedWrite ? { lost: error } : {}) };
  }
}
