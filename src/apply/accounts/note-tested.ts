import type { Id } from '../../host/account.ts';
import { problem, type Problem } from '../../core/relay-error.ts';
import { isOfOne } from '../ends-run.ts';
import { turnsOf } from '../host-pace.ts';
import { performWrite } from '../perform-write.ts';
import { unstopped, type RunTools } from '../run-tools.ts';

/**
 * Notes on the host that these accounts were tested by this run. It is no change that is undone: an account without the
 * note is tested once more by the next import. Returns the problem, if the host did not take the note.
 */
export async function noteTested(ids: readonly Id[], run: string, tools: RunTools): Promise<Problem | undefined> {
  const { host, journal } = unstopped(tools);
  const name = `${ids.length} tested`;
  const what = `note that ${ids.length} account${ids.length === 1 ? ' was' : 's were'} tested`;
  try {
    await journal.note({ type: 'intent', kind: 'account', name, what });
    await performWrite(
      {
        kind: 'account',
        name,
        what,
        stage: 'verify',
        makes: false,
        send: () => host.writes.markTested(ids, run, turnsOf(tools)),
        trust: () => undefined,
        look: async () => {
          const tested = new Set((await host.reads.accounts()).filter((each) => each.tested).map((each) => each.id));
          return ids.every((id) => tested.has(id)) ? { value: undefined, differences: [] } : undefined;
        },
      },
      unstopped(tools),
    );
    return undefined;
  } catch (error) {
    if (!isOfOne(error)) throw error;
    return problem('TEST_NOT_NOTED', error.message);
  }
}
