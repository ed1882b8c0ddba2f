import type { Account } from '../../host/account.ts';
import { earlierState } from '../../plan/account-change.ts';
import type { ChangeLog } from '../change-log.ts';
import { accountDriver } from '../drivers/account.ts';
import { edit } from '../make-change.ts';
import type { RunTools } from '../run-tools.ts';

/**
 * Notes on the host that the key of an account has leaked, so that no import and no probe of any machine puts it back,
 * whatever becomes of the account meanwhile. Throws as `edit` does.
 */
export async function noteRevoked(account: Account, tools: RunTools, log: ChangeLog): Promise<void> {
  const { id, name, marker } = account;
  if (marker === null || marker.revoked === true) return;
  const after = { marker: { ...marker, revoked: true } };
  await edit(
    accountDriver,
    [{ id, name, before: earlierState(account, after), after }],
    {
      what: `note that the key of "${name}" is revoked`,
      stage: 'apply',
      send: ({ writes }) => writes.changeAccount(id, after),
    },
    tools,
    log,
  );
}
