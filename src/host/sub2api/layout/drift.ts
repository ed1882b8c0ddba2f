import { problem, type Problem } from '../../../core/relay-error.ts';
import type { Provider } from '../../../pack/manifest.ts';
import type { Group, Tariff } from '../objects.ts';

/** Settings of a group that differ from the pack and that relay only shows (rule N7). Hosts keep four decimals of a rate. */
export function groupDrift(group: Group, provider: Provider): Problem[] {
  return drift('group', group, [
    ['rate', Math.abs(group.rateMultiplier - provider.groupTemplate.rateMultiplier) >= 1e-4],
    ['disabled by hand', !group.active],
  ]);
}

/** The same of a tariff. Hosts keep cents of a price. */
export function tariffDrift(tariff: Tariff, { planTemplate }: Provider): Problem[] {
  if (planTemplate === undefined) return [];
  return drift('tariff', tariff, [
    ['price', Math.abs(tariff.price - planTemplate.price) >= 0.005],
    [
      'validity',
      tariff.validityDays !== planTemplate.validityDays || tariff.validityUnit !== planTemplate.validityUnit,
    ],
    ['sale flag', tariff.forSale !== planTemplate.forSale],
  ]);
}

function drift(
  kind: string,
  { name, id }: { name: string; id: string },
  settings: readonly (readonly [string, boolean])[],
): Problem[] {
  const different = settings.filter(([, differs]) => differs).map(([what]) => what);
  return different.length === 0
    ? []
    : [problem('DRIFT', `The ${kind} "${name}" (${id}) differs from the pack: ${different.join(', ')}.`)];
}
