import type { Account, AccountChange } from '../../host/account.ts';
import { earlierState, touchesUpstream } from '../../plan/account-change.ts';
import type { AccountStep } from '../../plan/import-plan.ts';
import { RelayError } from '../../core/relay-error.ts';
import type { ChangeLog } from '../change-log.ts';
import { accountDriver } from '../drivers/account.ts';
import { edit } from '../make-change.ts';
import type { RunTools } from '../run-tools.ts';

export type UpdateStep = Extract<AccountStep, { action: 'update' | 'adopt' }>;

/**
 * Brings the settings of one account to what a step wants. Whether it serves, and where, is not touched here.
 * Throws `WRITE_REFUSED`, `WRITE_UNSETTLED` or `SETTINGS_DROPPED`.
 */
export async function updateAccount(step: UpdateStep, tools: RunTools, log: ChangeLog): Promise<Account> {
  const { account } = step;
  const { enabled: _enabled, paused: _paused, ...change } = step.change;
  if (Object.keys(change).length === 0) return account;
  // A test of the old settings proves nothing of the new ones, and whoever takes them back has them tested as before.
  const after: AccountChange = touchesUpstream(change) ? { ...change, tested: false } : change;
  const { id, name } = account;
  const [now] = await edit(
    accountDriver,
    [{ id, name, before: earlierState(account, after), after }],
    {
      what: `change ${step.differences.join(', ')} of the account "${name}"`,
      stage: 'apply',
      send: ({ writes }) => writes.changeAccount(id, after),
    },
    tools,
    log,
  );
  if (now === undefined) throw new RelayError('INTERNAL', `The account "${name}" was edited and not looked at.`);
  return now;
}
