import { problem, type Problem } from '../../../core/relay-error.ts';
import type { Provider } from '../../../pack/manifest.ts';
import type { Group, Tariff } from '../objects.ts';

/** Settings of a group that differ from the pack and that relay only shows (rule N7). Hosts keep four decimals of a rate. */
export function groupDrift(group: Group, provider: Provider): Problem[] {
  const { rateMultiplier } = provider.groupTemplate;
  return drift('group', group, [
    ['rate', Math.abs(group.rateMultiplier - rateMultiplier) >= 1e-4, group.rateMultiplier, rateMultiplier],
    ['state', !group.active, 'disabled by hand', 'active'],
  ]);
}

/** The same of a tariff. Hosts keep cents of a price. */
export function tariffDrift(tariff: Tariff, { planTemplate }: Provider): Problem[] {
  if (planTemplate === undefined) return [];
  const sale = (isForSale: boolean) => (isForSale ? 'for sale' : 'not for sale');
  const validity = ({ validityDays, validityUnit }: Pick<Tariff, 'validityDays' | 'validityUnit'>) =>
    `${validityDays} ${validityUnit}`;
  return drift('tariff', tariff, [
    ['price', Math.abs(tariff.price - planTemplate.price) >= 0.005, tariff.price, planTemplate.price],
    ['validity', validity(tariff) !== validity(planTemplate), validity(tariff), validity(planTemplate)],
    ['sale', tariff.forSale !== planTemplate.forSale, sale(tariff.forSale), sale(planTemplate.forSale)],
  ]);
}

/** A setting, whether it differs, and its value on the host and in the pack. */
type Compared = readonly [what: string, differs: boolean, host: string | number, pack: string | number];

function drift(kind: string, { name, id }: { name: string; id: string }, settings: readonly Compared[]): Problem[] {
  const different = settings
    .filter(([, differs]) => differs)
    .map(([what, , host, pack]) => `${what} ${host} on the host, ${pack} in the pack`);
  return different.length === 0
    ? []
    : [problem('DRIFT', `The ${kind} "${name}" (${id}) differs from the pack: ${different.join('; ')}.`)];
}
