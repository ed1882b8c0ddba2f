import { Ledger } from '../apply/ledger.ts';
import { lateArrivals } from '../apply/late-arrivals.ts';
import { inStage, type RunTools } from '../apply/run-tools.ts';
import type { Leftover } from '../apply/undo.ts';
import type { RecordedRun } from '../journal/read-journal.ts';
import { ProbeUser } from '../verify/probe-key.ts';

/**
 * Takes an interrupted run up where it was left: its ledger, what it made without being able to note it, and its probe
 * user, which is removed. Looks at the host, since a journal can be one line behind it.
 */
export function takeUpRun(run: RecordedRun, tools: RunTools): Promise<{ ledger: Ledger; leftovers: Leftover[] }> {
  const ledger = new Ledger(tools.journal, run.deeds);
  return inStage(
    tools,
    'plan',
    `Take up the run ${run.begin.run}`,
    async () => {
      await lateArrivals(run.begin.marks, tools, ledger);
      const leftovers = await new ProbeUser(run.begin.run, tools, true).remove();
      return { ledger, leftovers };
    },
    (taken) => ({
      ok: taken.leftovers.length === 0,
      text: `${taken.ledger.deeds.length} objects of it are on the host`,
    }),
  );
}
