import type { Missing, ShownReport } from '../../report/outputs/imports-schema.ts';

/** What a report can be made into, besides text. */
export const reportForms = ['markdown', 'html', 'junit'] as const;
export type ReportForm = (typeof reportForms)[number];

/** Reports in one of their forms, as one document over all. Each form is loaded when it is asked for. */
export async function renderReports(
  reports: readonly ShownReport[],
  form: ReportForm,
  missing: Missing = [],
): Promise<string> {
  switch (form) {
    case 'markdown':
      return (await import('../../report/forms/markdown-report.ts')).markdownReport(reports, missing);
    case 'html':
      return (await import('../../report/page/html-report.ts')).htmlReport(reports, missing);
    case 'junit':
      return (await import('../../report/forms/junit-report.ts')).junitReport(reports, missing);
  }
}
