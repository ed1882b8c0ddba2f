import { ChangeLog } from '../../apply/change-log.ts';
import { findUnrecorded } from '../../apply/undo/find-unrecorded.ts';
import { addLeftovers, type Leftover } from '../../apply/leftover.ts';
import { inStage, type RunTools } from '../../apply/run-tools.ts';
import { isolationChanges } from '../../apply/accounts/staging-group.ts';
import { undo } from '../../apply/undo/undo.ts';
import type { RecordedRun } from '../../journal/read-journal.ts';
import { ProbeUser } from '../../verify/probe-key.ts';

/**
 * Reopens an interrupted run where it was left: its changes, and what it made without being able to note it. What it had
 * made for proofs only, its probe user included, is removed. Looks at the host, since a journal can be behind it.
 */
export function reopenRun(run: RecordedRun, tools: RunTools): Promise<{ log: ChangeLog; leftovers: Leftover[] }> {
  const log = new ChangeLog(tools.journal, run);
  return inStage(
    tools,
    'plan',
    `Reopen the run ${run.begin.run}`,
    async () => {
      await findUnrecorded(tools, log);
      const leftovers = await new ProbeUser(run.begin.run, tools, log, true).remove();
      const proofs = isolationChanges(log, run.begin.run);
      if (proofs.length > 0) addLeftovers(leftovers, (await undo(proofs, tools, log)).leftovers);
      return { log, leftovers };
    },
    (taken) => ({ ok: taken.leftovers.length === 0, text: `${taken.log.changes.length} changes of it are noted` }),
  );
}
