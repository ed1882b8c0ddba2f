import type { Report } from '../../src/report/report-schema.ts';

/** How many keys a summary tells an end of, which has to be all that were accepted (N2). */
export function endsOfKeys(summary: Report['summary']): number {
  const { added, updated, unchanged, failed, rolledBack, notTried, unsettled } = summary;
  return added + updated + unchanged + failed + rolledBack + notTried + unsettled;
}
