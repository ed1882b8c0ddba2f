import { accessSlug } from '../../core/modes.ts';
import { isInService, type ProbedAccount } from '../../flows/repair-accounts.ts';
import { probeExitCode, type PoolProbe } from '../../flows/probe-pool.ts';
import type { VerdictNews } from '../../journal/verdicts.ts';
import { counted, firstOf } from '../../core/counted.ts';
import { shortTime } from '../../report/text/format.ts';
import { leftoverLine } from '../../report/text/leftover-text.ts';
import { shorten } from '../../report/text/shorten.ts';
import { markOf, type Style } from '../../core/style.ts';

/** For a nightly job: a line for each account that changed or is not fine, and one that sums up. */
export function probeLines({ accounts, gateways }: PoolProbe, style: Style): string[] {
  const told = accounts.filter(
    ({ verdict, change, idle }) => change !== null || idle !== null || verdict.validation !== 'passed',
  );
  const count = (validation: string) => accounts.filter(({ verdict }) => verdict.validation === validation).length;
  const some = (word: string, number: number) => (number === 0 ? [] : [`${number} ${word}`]);
  const answers = gateways.map(
    ({ access, check }) => `${accessSlug(access)} gateway ${check.ok ? 'answers' : 'does not answer'}`,
  );
  const sum = [
    `${count('passed')} of ${accounts.length} accounts passed`,
    ...some('with a warning', count('warning')),
    `${count('failed')} failed`,
    ...some('not tested', count('not_tried')),
    ...some('out of service', accounts.filter((each) => !isInService(each)).length),
    ...answers,
  ];
  return [
    ...told.map((each) => accountLine(each, style)),
    ...gateways
      .filter(({ check }) => !check.ok)
      .map(({ access, check }) => `${style.bad('gateway')} ${accessSlug(access)}: ${check.message}`),
    sum.join(', '),
  ];
}

const done = { disabled: 'taken out of service', removed: 'removed', revived: 'put back into service' };
const why = {
  revivable: 'it is out of service; --revive puts it back',
  not_in_group: 'it is not in the group; the next import puts it there',
};

function accountLine({ verdict, change, idle }: ProbedAccount, style: Style): string {
  const { account, validation, code, probe } = verdict;
  const tone = { passed: style.good, warning: style.unsure, failed: style.bad, not_tried: style.dim }[validation];
  const says = [
    code === null ? '' : ` ${code}: ${shorten(probe?.message ?? '')}`,
    validation === 'not_tried' && account.state === 'inactive' ? ': somebody has disabled it' : '',
    idle === null ? '' : `: ${why[idle]}`,
    change === null ? '' : ` → ${done[change]}`,
  ];
  return `${tone(validation.replace('_', ' '))} ${account.name}${says.join('')}`;
}

/** What stands last on standard error after a probe that found something: what happened, and what the host holds. */
export function probeClosing({ accounts, gateways, problems, leftovers, aborted }: PoolProbe): string[] {
  const failed = accounts.filter(({ verdict }) => verdict.validation === 'failed').length;
  const dumb = gateways.find(({ check }) => !check.ok);
  const happened = [
    ...(aborted === null ? [] : [`${aborted.code}: ${aborted.message}`]),
    ...problems.map(({ code, message }) => `${code}: ${message}`),
    ...(failed === 0 ? [] : [`${failed} of ${accounts.length} accounts fail.`]),
    ...(dumb === undefined ? [] : ['The gateway does not answer.']),
    ...(accounts.length > 0 && !accounts.some(isInService) ? ['No account is in service.'] : []),
  ];
  const changes = (['disabled', 'removed', 'revived'] as const).flatMap((change) => {
    const number = accounts.filter((each) => each.change === change).length;
    return number === 0 ? [] : [`${number} ${number === 1 ? 'was' : 'were'} ${done[change]}`];
  });
  const byHost = (['took_out', 'lifted'] as const).flatMap((what) => {
    const number = accounts.filter((each) => each.byHost === what && each.change === null).length;
    if (number === 0) return [];
    const them = counted(number, 'account');
    return what === 'took_out'
      ? [`The test made the host itself take ${them} out of service.`]
      : [`The test made the host itself lift the error of ${them}.`];
  });
  return [
    ...(happened.length === 0 ? [accounts.length === 0 ? 'There is no account.' : 'No account works.'] : happened),
    ...(changes.length === 0 ? [] : [`Of the accounts on the host ${changes.join(', ')}.`]),
    ...byHost,
    ...(changes.length + byHost.length === 0 ? ['The host holds what it held before.'] : []),
    ...leftovers.map(leftoverLine),
  ];
}

/** For a nightly job: what is new since the last probe, and one line that sums up. */
export function newsLines(news: VerdictNews | null, probe: PoolProbe, style: Style): string[] {
  const dead = probe.accounts.filter(({ verdict }) => verdict.validation === 'failed').length;
  if (news === null)
    return [`There is nothing to compare with yet: ${dead} of ${counted(probe.accounts.length, 'account')} fail.`];
  const { newlyDead, recovered, stillDead, since } = news;
  const idle = new Map(probe.accounts.map(({ verdict, idle: reason }) => [verdict.account.name, reason]));
  const lines = [
    ...newlyDead.map((name) => `${markOf('bad', style)} ${name} fails since then`),
    ...recovered.map((name) => {
      const reason = idle.get(name) ?? null;
      return reason === null
        ? `${markOf('good', style)} ${name} works again`
        : `${markOf('unsure', style)} ${name} works again: ${why[reason]}`;
    }),
  ];
  const changed = probe.accounts.flatMap(({ verdict, change }) =>
    change === null ? [] : [`${markOf('unsure', style)} ${verdict.account.name} → ${done[change]}`],
  );
  const still = `${stillDead.length} still dead${stillDead.length === 0 ? '' : ` (${firstOf(stillDead)})`}`;
  const counts = [`${newlyDead.length} newly dead`, `${recovered.length} recovered`, still];
  return [...lines, ...changed, `Since ${shortTime(since)}: ${counts.join(', ')}.`];
}

/** Accounts that were dead before are no news; everything else that is wrong is. */
export function exitCodeOfNews(probe: PoolProbe, news: VerdictNews | null): number {
  const exitCode = probeExitCode(probe);
  const isKnown = news !== null && news.newlyDead.length === 0 && probe.problems.length === 0;
  return exitCode === 5 && isKnown ? 0 : exitCode;
}
