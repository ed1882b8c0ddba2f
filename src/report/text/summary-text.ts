import { formatCount } from '../../core/counted.ts';
import type { Style } from '../../core/style.ts';
import { plainWord, toneOf } from './headline.ts';
import { besidesVerdicts, failedTests } from './problem-groups.ts';
import { shorten } from './shorten.ts';
import type { Report } from '../report-schema.ts';

/** How many accounts that need attention are listed before the rest is only counted. */
const maxListed = 20;

/** How many errors are, and how many warnings. */
const maxProblems = 10;

/**
 * What a person wants to know when a run has ended: how it went, what the host holds, how users connect. `lasting` is
 * false for a host that is gone when this is read; then nobody can connect.
 */
export function summaryText(report: Report, style: Style, lasting: boolean): string {
  const { provider, host } = report;
  const tone = style[toneOf(report.exitCode)];
  const lines = [
    `${tone(style.bold(report.batchStatus))} · provider ${report.providerStatus} · access ${report.accessStatus}`,
    `${provider.displayName} (${provider.id}) on ${host.url} (${host.kind} ${host.version})`,
    '',
    `  keys      ${keysText(report.summary)}`,
    `  tests     ${testsText(report)}`,
    `  gateway   ${gatewayText(report)}`,
    `  resources ${resourcesText(report)}`,
    ...userLines(report),
    ...problemLines(besidesVerdicts(report.errors, report), style, `${style.bad('error')}  `),
    ...attentionLines(report, style),
    ...problemLines(besidesVerdicts(report.warnings, report), style, style.unsure('warning')),
  ];
  if (lasting && report.connect !== null && report.exitCode !== 6) lines.push(...connectLines(report.connect, style));
  return lines.join('\n');
}

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

/** What the provider became on the host. What bears one name has it told once. */
function resourcesText({ resources }: Report): string {
  const names = [...new Set(resources.map(({ name }) => name))];
  const told = names.map((name) => {
    const own = resources.filter((each) => each.name === name);
    return `${name}: ${own.map(({ kind, action }) => `${kind} ${plainWord(action)}`).join(', ')}`;
  });
  return told.join('; ') || 'none';
}

function userLines({ grants, accessMode, batchStatus }: Report): string[] {
  if (batchStatus === 'rolled_back' || batchStatus === 'failed') return [];
  if (accessMode === 'self_service') return ['  users     anyone with balance can make a key'];
  if (grants.length === 0) return ['  users     none was given access by this run; --user EMAIL gives it'];
  return grants.map(
    (each) =>
      `  user      ${each.user}: ${each.outcome.replace('_', ' ')}${each.expiresAt === null ? '' : `, until ${each.expiresAt.slice(0, 10)}`}`,
  );
}

/** The first lines of a list, and how many more the report has; nothing of an empty one. */
function firstLines<T>(all: readonly T[], most: number, style: Style, line: (each: T) => string): string[] {
  if (all.length === 0) return [];
  const hidden = all.length - Math.min(all.length, most);
  const rest = hidden > 0 ? [style.dim(`  and ${hidden} more; the report has all of them`)] : [];
  return ['', ...all.slice(0, most).map(line), ...rest];
}

function problemLines(problems: Report['errors'], style: Style, word: string): string[] {
  return firstLines(problems, maxProblems, style, ({ code, message }) => `  ${word}  ${code}: ${shorten(message)}`);
}

function attentionLines({ accounts }: Report, style: Style): string[] {
  const attention = accounts.filter((account) => account.validation === 'failed' || account.validation === 'warning');
  return firstLines(attention, maxListed, style, (account) => {
    const word = account.validation === 'failed' ? style.bad('failed ') : style.unsure('warning');
    return `  ${word}  ${account.name} (line ${account.line}) ${account.code ?? ''}: ${shorten(account.probe?.message ?? '')}`;
  });
}

function connectLines(connect: NonNullable<Report['connect']>, style: Style): string[] {
  return [
    '',
    'Users connect with',
    `  base URL  ${connect.baseUrl}`,
    `  access    ${connect.access}`,
    `  models    ${connect.models.join(', ')}`,
    `  try       ${style.dim(connect.example)}`,
  ];
}
