import type { Style } from '../terms/style.ts';
import type { Report } from './report-schema.ts';

/** How many accounts that need attention are listed before the rest is only counted. */
const mostListed = 20;

/** What a person wants to know when a run has ended: how it went, what the host holds, how users connect. */
export function summaryText(report: Report, style: Style): string {
  const { summary, provider, host } = report;
  const tone =
    report.exitCode === 0 ? style.good : report.exitCode === 5 || report.exitCode === 7 ? style.unsure : style.bad;
  const counts = (
    [
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
    ] as const
  ).filter(([, count]) => count > 0);
  const lines = [
    `${tone(style.bold(report.batchStatus))} · provider ${report.providerStatus} · access ${report.accessStatus}`,
    `${provider.displayName} (${provider.id}) on ${host.url} (${host.kind} ${host.version})`,
    '',
    `  keys      ${counts.map(([word, count]) => `${count} ${word}`).join(', ') || 'none'}`,
    `  tests     ${testsText(summary)}`,
    `  gateway   ${gatewayText(report)}`,
    ...resourceLines(report),
    ...accessLines(report),
  ];
  const attention = report.accounts.filter(
    (account) => account.validation === 'failed' || account.validation === 'warning',
  );
  if (attention.length > 0) {
    lines.push(
      '',
      ...attention
        .slice(0, mostListed)
        .map(
          (account) =>
            `  ${account.validation === 'failed' ? style.bad('failed ') : style.unsure('warning')}  ${account.name} (line ${account.line}) ${account.code ?? ''}: ${account.probe?.message ?? ''}`,
        ),
    );
    if (attention.length > mostListed)
      lines.push(style.dim(`  and ${attention.length - mostListed} more; the report has all of them`));
  }
  if (report.connect !== null && report.exitCode !== 6) lines.push('', ...connectLines(report.connect, style));
  return lines.join('\n');
}

function testsText({ passed, warning, failedVerdict }: Report['summary']): string {
  if (passed + warning + failedVerdict === 0) return 'none were needed';
  return `${passed} passed, ${warning} with a warning, ${failedVerdict} failed`;
}

function gatewayText({ gateway }: Report): string {
  if (gateway === null) return 'not checked';
  const yes = (held: boolean) => (held ? 'yes' : 'no');
  return `reachable ${yes(gateway.reachable)}, model listed ${yes(gateway.hasExpectedModel)}, completion answered ${yes(gateway.completionOk)}`;
}

function resourceLines({ group, channel, plan }: Report): string[] {
  const one = (kind: string, resource: Report['group']) =>
    resource === null ? [] : [`${kind} ${resource.action.replace('_', ' ')}`];
  const parts = [...one('group', group), ...one('channel', channel), ...one('plan', plan)];
  return [`  objects   ${group?.name ?? ''}: ${parts.join(', ')}`];
}

function accessLines({ subscriptions, accessMode }: Report): string[] {
  if (accessMode === 'self_service') return ['  users     anyone with balance can make a key for the group'];
  if (subscriptions.length === 0) return ['  users     no user has access yet; give one with --user EMAIL'];
  return subscriptions.map(
    (each) =>
      `  user      ${each.user}: ${each.outcome.replace('_', ' ')}${each.expiresAt === null ? '' : `, until ${each.expiresAt.slice(0, 10)}`}`,
  );
}

function connectLines(connect: NonNullable<Report['connect']>, style: Style): string[] {
  return [
    'Users connect with',
    `  base URL  ${connect.baseUrl}`,
    `  group     ${connect.group}`,
    `  models    ${connect.models.join(', ')}`,
    `  try       ${style.dim(connect.example)}`,
  ];
}
