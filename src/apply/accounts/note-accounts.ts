import type { Account, Id } from '../../host/account.ts';
import type { AccountWrites } from '../../host/host.ts';
import type { RelayError } from '../../core/relay-error.ts';
import { isOfOne } from '../ends-run.ts';
import { performWrite } from '../perform-write.ts';
import { unstopped, type RunTools } from '../run-tools.ts';

export interface AccountNote {
  /** For people, with the accounts named: `note that 3 accounts were tested`. */
  what: string;
  send: (writes: AccountWrites) => ReturnType<AccountWrites['setEnabled']>;
  /** Whether an account bears the note. */
  isNoted: (account: Account) => boolean;
}

/**
 * Notes on the host something that stays true whatever becomes of the run, so that it is no change that is undone. Also
 * after the run was told to stop. Returns why the host did not take the note; throws what ends the run.
 */
export async function noteAccounts(
  ids: readonly Id[],
  { what, send, isNoted }: AccountNote,
  given: RunTools,
): Promise<RelayError | undefined> {
  const tools = unstopped(given);
  const { host, journal } = tools;
  const name = `${ids.length} account${ids.length === 1 ? '' : 's'}`;
  try {
    journal.note({ type: 'intent', kind: 'account', name, what });
    await performWrite(
      {
        kind: 'account',
        name,
        what,
        stage: 'verify',
        makes: false,
        send: () => send(host.writes),
        trust: () => undefined,
        look: async () => {
          const noted = new Set((await host.reads.accounts()).filter(isNoted).map(({ id }) => id));
          return ids.every((id) => noted.has(id)) ? { value: undefined, differences: [] } : undefined;
        },
      },
      tools,
    );
    return undefined;
  } catch (error) {
    if (!isOfOne(error)) throw error;
    return error;
  }
}
