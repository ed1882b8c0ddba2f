import { ChangeLog } from '../../apply/change-log.ts';
import { findUnrecorded } from '../../apply/undo/find-unrecorded.ts';
import { addLeftovers, type Leftover } from '../../apply/leftover.ts';
import { inStage, type RunTools } from '../../apply/run-tools.ts';
import { reopenChanges } from '../../apply/reopen-changes.ts';
import { isolationChanges } from '../../apply/accounts/staging.ts';
import { undo } from '../../apply/undo/undo.ts';
import type { RecordedRun } from '../../journal/read-journal.ts';
import { ClientKeys } from '../../apply/client-keys.ts';

/**
 * Reopens an interrupted run where it was left: its changes, and what it made without being able to note it. What it had
 * made for proofs only, its client included, is removed. Looks at the host, since a journal can be behind it.
 */
export function reopenRun(run: RecordedRun, tools: RunTools): Promise<{ log: ChangeLog; leftovers: Leftover[] }> {
  const changes = reopenChanges(run.changes, tools.host, run.begin.run);
  const log = new ChangeLog(tools.journal, { ...run, changes });
  return inStage(
    tools,
    'plan',
    `Reopen the run ${run.begin.run}`,
    async () => {
      await findUnrecorded(tools, log);
      const leftovers = await new ClientKeys(run.begin.run, tools, log, true).remove();
      const proofs = isolationChanges(log, run.begin.run);
      if (proofs.length > 0) addLeftovers(leftovers, (await undo(proofs, tools, log)).leftovers);
      return { log, leftovers };
    },
    (taken) => ({ ok: taken.leftovers.length === 0, text: `${taken.log.changes.length} changes of it are noted` }),
  );
}
