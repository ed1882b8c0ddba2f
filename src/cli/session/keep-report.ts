import { RelayError } from '../../core/relay-error.ts';
import type { Report } from '../../report/report-schema.ts';
import type { HostSession } from './host-session.ts';

/** Keeps the report of a run beside its journal. What stands in the way is only told: the report is written elsewhere too. */
export async function keepReport(
  report: Report,
  { state, tools }: Pick<HostSession, 'state' | 'tools'>,
): Promise<void> {
  try {
    await (await state()).reports.keep(report.run.id, JSON.stringify(report));
  } catch (error) {
    if (!(error instanceof RelayError)) throw error;
    tools.emit({ type: 'notice', text: `The report is not kept with the run: ${error.message}` });
  }
}
