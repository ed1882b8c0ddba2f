import { formatCount } from '../../core/counted.ts';
import type { Report } from '../report-schema.ts';
import { failedTests } from './problem-groups.ts';

const keyCounts = [
  ['added', 'added'],
  ['updated', 'updated'],
  ['unchanged', 'unchanged'],
  ['removed', 'removed'],
  ['failed', 'failed'],
  ['rolledBack', 'rolled back'],
  ['notTried', 'not tried'],
  ['unsettled', 'unsettled'],
  ['malformed', 'malformed'],
  ['duplicate', 'duplicate'],
] as const;

/** What became of the lines of key files, as counts that are not zero. */
export function keysText(summaries: readonly Report['summary'][]): string {
  const said = keyCounts.flatMap(([name, word]) => {
    const count = summaries.reduce((sum, summary) => sum + summary[name], 0);
    return count > 0 ? [`${formatCount(count)} ${word}`] : [];
  });
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
