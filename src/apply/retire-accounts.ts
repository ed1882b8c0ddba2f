import type { Account, Id } from '../host/objects.ts';
import type { FailedPolicy } from '../terms/modes.ts';
import { problem, RelayError, type Problem } from '../terms/relay-error.ts';
import type { Ledger } from './ledger.ts';
import { removeAccounts } from './remove-accounts.ts';
import { performWrite, UnsettledWrite } from './perform-write.ts';
import type { RunTools } from './run-tools.ts';

/** A problem, and the change behind it of which nobody can tell whether it was done. */
export interface Trouble extends Problem {
  lost?: UnsettledWrite;
}

/**
 * Takes accounts that are not known to work out of service (rule N15). Returns what was done to each, and a problem for
 * each that is still in service.
 */
export async function retireAccounts(
  accounts: readonly Account[],
  policy: FailedPolicy,
  tools: RunTools,
  ledger: Ledger,
): Promise<{ done: Map<number, 'disabled' | 'removed'>; problems: Trouble[] }> {
  const done = new Map<number, 'disabled' | 'removed'>();
  const problems: Trouble[] = [];
  if (policy === 'remove') {
    const { removed, left } = await removeAccounts(accounts, unstopped(tools), ledger);
    for (const { id } of removed) done.set(id, 'removed');
    problems.push(
      ...left.map(({ id, name }) =>
        problem('REMOVAL_FAILED', `The account "${name}" (${id}) does not work and could not be removed.`),
      ),
    );
  }
  if (policy === 'disable') {
    for (const account of accounts) {
      const paused = await setScheduled(account, false, tools, ledger);
      if (paused === undefined) done.set(account.id, 'disabled');
      else problems.push(paused);
    }
  }
  return { done, problems };
}

/**
 * Puts an account into or out of service. Its marker notes what relay takes out by itself, and may put back; what the
 * operator wants out stays so. Returns the problem, if there is one.
 */
export async function setScheduled(
  account: Account,
  scheduled: boolean,
  tools: RunTools,
  ledger: Ledger,
  by: 'relay' | 'operator' = 'relay',
): Promise<Trouble | undefined> {
  const paused = by === 'relay' && !scheduled;
  const { host } = tools;
  const { marker } = account;
  if (marker === null)
    return problem('FOREIGN_ACCOUNT', `The account "${account.name}" (${account.id}) has no marker; it is left alone.`);
  // What the run has made goes whole when it is undone.
  const made = ledger.deeds.some(
    (deed) => deed.kind === 'account' && deed.id === account.id && deed.action === 'created',
  );
  if (!made && account.scheduled !== scheduled) {
    const { id, name } = account;
    ledger.record({ kind: 'account', action: 'updated', id, name, before: { scheduled: !scheduled }, after: {} });
  }
  const look = async () => {
    const now = await host.reads.account(account.id);
    return now?.scheduled === scheduled && (now.marker?.paused === true) === paused ? true : undefined;
  };
  const verb = scheduled ? 'put the account back into service' : 'take the account out of service';
  try {
    await performWrite(
      {
        kind: 'account',
        name: account.name,
        what: `${verb}: "${account.name}"`,
        stage: 'verify',
        look,
        send: async () => {
          const end = await host.writes.setScheduled(account.id, scheduled, { ...marker, paused });
          return end.end === 'done' ? { end: 'done', value: true } : end;
        },
      },
      unstopped(tools),
    );
    return undefined;
  } catch (error) {
    if (!(error instanceof RelayError)) throw error;
    return { ...error.toProblem(), ...(error instanceof UnsettledWrite ? { lost: error } : {}) };
  }
}

/** Notes on the host that these accounts were tested by this run. Returns the problem, if the host did not take the note. */
export async function noteTested(ids: readonly Id[], run: string, tools: RunTools): Promise<Problem | undefined> {
  const { host } = tools;
  const what = `note that ${ids.length} account${ids.length === 1 ? ' was' : 's were'} tested`;
  try {
    await performWrite(
      {
        kind: 'account',
        name: `${ids.length} tested`,
        what,
        stage: 'verify',
        look: async () => {
          const tested = new Set((await host.reads.accounts()).filter((each) => each.tested).map((each) => each.id));
          return ids.every((id) => tested.has(id)) ? true : undefined;
        },
        send: async () => {
          const end = await host.writes.markTested(ids, run);
          return end.end === 'done' ? { end: 'done', value: true } : end;
        },
      },
      unstopped(tools),
    );
    return undefined;
  } catch (error) {
    if (!(error instanceof RelayError)) throw error;
    return problem('TEST_NOT_NOTED', error.message);
  }
}

/** For what is done also after the run was told to stop. */
function unstopped(tools: RunTools): RunTools {
  return { ...tools, stop: new AbortController().signal };
}
