import { formatCount } from '../../core/counted.ts';
import type { Report } from '../report-schema.ts';
import { failedTests } from './problem-groups.ts';

/** What became of the lines of the key file, as counts that are not zero. */
export function keysText(summary: Report['summary']): string {
  const counts = [
    ['added', summary.added],
    ['updated', summary.updated],
    ['unchanged', summary.unchanged],
    ['removed', summary.removed],
    ['failed', summary.failed],
    ['rolled back', summary.rolledBack],
    ['not tried', summary.notTried],
    ['unsettled', summary.unsettled],
    ['malformed', summary.malformed],
    ['duplicate', summary.duplicate],
  ] as const;
  const said = counts.filter(([, count]) => count > 0).map(([word, count]) => `${formatCount(count)} ${word}`);
  return said.join(', ') || 'none';
}

/** What the tests came to. */
export function testsText(report: Report): string {
  const { passed, warning, ...keys } = report.summary;
  const failed = failedTests(report);
  if (passed + warning + failed === 0)
    return keys.failed + keys.rolledBack + keys.notTried + keys.unsettled > 0 ? 'none were made' : 'none were needed';
  return `${formatCount(passed)} passed, ${formatCount(warning)} with a warning, ${formatCount(failed)} failed`;
}

/** What the gateway check saw. */
export function gatewayText({ gateway }: Report): string {
  if (gateway === null) return 'not checked';
  const yes = (held: boolean) => (held ? 'yes' : 'no');
  return `reachable ${yes(gateway.reachable)}, model listed ${yes(gateway.hasExpectedModel)}, completion answered ${yes(gateway.completionOk)}`;
}
