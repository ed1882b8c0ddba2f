import type { Report } from '../../report/report-schema.ts';

/** What a report can be made into, besides text. */
export const reportForms = ['markdown', 'html', 'junit'] as const;
export type ReportForm = (typeof reportForms)[number];

/** A report in one of its forms, each of which is loaded when it is asked for. `others` only where it is for several. */
export async function renderReport(report: Report, form: ReportForm, ...others: readonly Report[]): Promise<string> {
  switch (form) {
    case 'markdown':
      return (await import('../../report/forms/markdown-report.ts')).markdownReport(report);
    case 'html':
      return (await import('../../report/page/html-report.ts')).htmlReport(report, ...others);
    case 'junit':
      return (await import('../../report/forms/junit-report.ts')).junitReport(report);
  }
}
