import type { Account, Id } from '../../host/account.ts';
import { isStagingName, stagingName } from '../../host/names.ts';
import type { AccessMode, Platform } from '../../core/modes.ts';
import { RelayError } from '../../core/relay-error.ts';
import type { ChangeLog } from '../change-log.ts';
import type { Change } from '../change.ts';
import { accountDriver } from '../drivers/account.ts';
import { accountStateOf } from '../drivers/account-state.ts';
import { resourceDriver } from '../drivers/drivers.ts';
import { turnsOf } from '../host-pace.ts';
import { create, edit } from '../make-change.ts';
import type { RunTools } from '../run-tools.ts';

/** Whose staging place it is, and what is to be proven in it. */
export interface Staging {
  name: string;
  provider: { id: string; platform: Platform };
  access: AccessMode;
  run: string;
}

/** Makes a place in which accounts are proven before users can meet them (rule N6), or takes the one that this run has. */
export async function makeStaging(
  staging: Staging,
  tools: RunTools,
  log: ChangeLog,
): Promise<{ id: Id; name: string }> {
  const { name } = staging;
  const { isolation } = tools.host;
  if (isolation?.by !== 'place') throw new RelayError('INTERNAL', 'This host has no staging places.');
  const { kind } = isolation;
  const driverOf = (host: RunTools['host']) => resourceDriver(kind, host);
  const after = isolation.state(staging, name);
  const known = log.changes.find((change) => change.kind === kind && change.name === name && change.id !== null);
  const there =
    known === undefined ? undefined : (await driverOf(tools.host).find(after)).find(({ id }) => id === known.id);
  if (there !== undefined) return { id: there.id, name };
  const send = (host: RunTools['host']) => driverOf(host).create(after);
  const what = `create the ${kind} "${name}"`;
  const { id } = await create(driverOf, { name, after }, { what, stage: 'apply', send }, tools, log);
  return { id, name };
}

/** The staging places that a run has made and not yet removed, and accounts that are bound to one of their own. */
export function stagingChanges(log: ChangeLog, run: string): Change[] {
  const places = log.changes.filter(
    ({ kind, action, name }) => kind !== 'account' && action === 'created' && isStagingName(name),
  );
  return [...boundTo(isolated(places, run), log), ...places];
}

/** What an interrupted run has left of its isolation checks: places for one account each, and accounts bound to them. */
export function isolationChanges(log: ChangeLog, run: string): Change[] {
  return stagingChanges(log, run).filter(({ name }) => name !== stagingName(run));
}

function isolated(places: readonly Change[], run: string): Change[] {
  return places.filter(({ name }) => name !== stagingName(run));
}

/** The changes of accounts whose last binding is to one of these places. */
function boundTo(places: readonly Change[], { changes }: ChangeLog): Change[] {
  const ids = new Set(places.flatMap(({ id }) => (id === null ? [] : [id])));
  const last = new Map<string, Change>();
  for (const change of changes)
    if (change.action === 'updated' && accountStateOf(change)?.places !== undefined) last.set(change.id, change);
  return [...last.values()].filter((change) => (accountStateOf(change)?.places ?? []).some((id) => ids.has(id)));
}

/** Puts accounts into exactly these places. Throws as `edit` does. */
export function placeAccounts(
  accounts: readonly Account[],
  places: readonly Id[],
  tools: RunTools,
  log: ChangeLog,
): Promise<Account[]> {
  const after = { places: [...places] };
  const [first] = accounts;
  return edit(
    accountDriver,
    accounts.map((account) => ({ id: account.id, name: account.name, before: { places: account.places }, after })),
    {
      what: `bind ${accounts.length} account${accounts.length === 1 ? '' : 's'} ("${first?.name ?? ''}" …)`,
      stage: 'access',
      send: ({ writes }) =>
        writes.placeAccounts(
          accounts.map(({ id }) => id),
          places,
          turnsOf(tools),
        ),
    },
    tools,
    log,
  );
}
