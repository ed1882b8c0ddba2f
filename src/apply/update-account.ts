import type { Account, AccountChange } from '../host/objects.ts';
import { differencesFrom, earlierState, touchesUpstream } from '../plan/account-change.ts';
import type { AccountStep } from '../plan/import-plan.ts';
import { RelayError } from '../terms/relay-error.ts';
import type { Deed, Ledger } from './ledger.ts';
import { performWrite } from './perform-write.ts';
import type { RunTools } from './run-tools.ts';

export type UpdateStep = Extract<AccountStep, { action: 'update' | 'adopt' }>;
type AccountUpdate = Extract<Deed, { kind: 'account'; action: 'updated' }>;

/**
 * Brings the settings of one account to what a step wants, and reads it back. Whether it serves, and in which groups, is
 * not touched here. Throws `WRITE_REFUSED`, `WRITE_UNSETTLED` or `SETTINGS_DROPPED`.
 */
export async function updateAccount(step: UpdateStep, tools: RunTools, ledger: Ledger): Promise<Account> {
  const { account } = step;
  const { scheduled: _, ...change } = step.change;
  if (Object.keys(change).length === 0) return account;
  const { reads, writes } = tools.host;
  // A test of the old settings proves nothing of the new ones, and whoever takes them back has them tested as before.
  const after: AccountChange = touchesUpstream(change) ? { ...change, tested: false } : change;
  const deed: AccountUpdate = {
    kind: 'account',
    action: 'updated',
    id: account.id,
    name: account.name,
    before: { ...earlierState(account, after), scheduled: account.scheduled },
    after: change,
  };
  // The earlier settings are noted before the edit is sent, since they are lost after it.
  ledger.record(deed);
  try {
    const done = await performWrite(
      {
        kind: 'account',
        name: account.name,
        what: `change ${step.differences.join(', ')} of the account "${account.name}"`,
        stage: 'apply',
        send: () => writes.changeAccount(account.id, after),
        look: async () => {
          const now = await reads.account(account.id);
          return now !== undefined && differencesFrom(now, change).length === 0 ? now : undefined;
        },
      },
      tools,
    );
    const lost = differencesFrom(done, change);
    if (lost.length > 0)
      throw new RelayError(
        'SETTINGS_DROPPED',
        `The host stored the account "${account.name}" (${account.id}) with another ${lost.join(', ')} than was sent.`,
      );
    return done;
  } catch (error) {
    if (error instanceof RelayError && error.code === 'WRITE_REFUSED') ledger.takenBack([deed]);
    throw error;
  }
}
