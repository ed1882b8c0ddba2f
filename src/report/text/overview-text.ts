import { accessSlug } from '../../core/modes.ts';
import { counted, formatCount } from '../../core/counted.ts';
import { markOf, type Style } from '../../core/style.ts';
import { faultsIn, type Overview, type ProviderCounts } from '../../plan/overview.ts';
import { fold } from './fold.ts';
import { hostName } from './headline.ts';
import { usedText } from './format.ts';

/** All that relay manages on a host, a line for each provider, those that are not fine first. */
export function overviewText(
  { host, providers, ok }: Overview,
  { style, columns, onlyProblems = false }: { style: Style; columns: number; onlyProblems?: boolean },
): string {
  const heading = style.bold(`${hostName(host.url)} (${host.kind} ${host.version})`);
  if (providers.length === 0) return fold(`${heading}\n\nrelay manages nothing on this host.`, columns);
  const nameOf = ({ id, access }: ProviderCounts) => `${id} ${accessSlug(access)}`;
  const width = Math.max(...providers.map((each) => nameOf(each).length));
  const shown = onlyProblems ? providers.filter((each) => faultsIn(each) > 0) : providers;
  const lines = shown.map((each) => {
    const faults = faultsText(each);
    const tone = faults.length === 0 ? 'good' : each.failing > 0 || each.serving === 0 ? 'bad' : 'unsure';
    const used = usedText(each.lastUsedAt, 'last used');
    const parts = [
      `${formatCount(each.serving)} of ${formatCount(each.accounts)} serve`,
      ...faults,
      ...used.map((text) => style.dim(text)),
    ];
    return `${markOf(tone, style)} ${nameOf(each).padEnd(width)}  ${parts.join(', ')}`;
  });
  const total = providers.reduce((sum, { accounts }) => sum + accounts, 0);
  const serving = providers.reduce((sum, each) => sum + each.serving, 0);
  const sum = `${counted(providers.length, 'provider')}: ${formatCount(serving)} of ${counted(total, 'account')} serve.`;
  return fold(
    [heading, '', ...(lines.length > 0 ? [...lines, ''] : []), (ok ? style.good : style.unsure)(sum)].join('\n'),
    columns,
  );
}

function faultsText({ failing, limited, paused, revoked, misplaced, untested, resources }: ProviderCounts): string[] {
  return [
    ...(failing > 0 ? [`${formatCount(failing)} failing`] : []),
    ...(limited > 0 ? [`${formatCount(limited)} limited`] : []),
    ...(paused > 0 ? [`${formatCount(paused)} paused`] : []),
    ...(revoked > 0 ? [`${formatCount(revoked)} revoked`] : []),
    ...(misplaced > 0 ? [`${formatCount(misplaced)} not in place`] : []),
    ...(resources > 0 ? [`${counted(resources, 'resource')} missing or off`] : []),
    ...(untested > 0 ? [`${formatCount(untested)} untested`] : []),
  ];
}
