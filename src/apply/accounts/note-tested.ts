import type { Id } from '../../host/account.ts';
import { counted } from '../../core/counted.ts';
import { problem, type Problem } from '../../core/relay-error.ts';
import type { AccountWrites } from '../../host/host.ts';
import type { RunTools } from '../run-tools.ts';
import { noteAccounts } from './note-accounts.ts';

/**
 * Notes on the host that these accounts were tested by this run: one without the note is tested once more by the next
 * import. Returns the problem, if the host did not take the note.
 */
export async function noteTested(ids: readonly Id[], run: string, tools: RunTools): Promise<Problem | undefined> {
  const note = {
    what: `note that ${counted(ids.length, 'account was', 'accounts were')} tested`,
    send: (writes: AccountWrites) => writes.markTested(ids, run),
    isNoted: ({ tested }: { tested: boolean }) => tested,
  };
  const failure = await noteAccounts(ids, note, tools);
  return failure && problem('TEST_NOT_NOTED', failure.message);
}
