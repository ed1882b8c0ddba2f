import { counted } from '../../../core/counted.ts';
import { problem } from '../../../core/relay-error.ts';
import type { Provider } from '../../../pack/manifest.ts';
import { validityInDays } from '../../../pack/validity.ts';
import type { Owner } from '../../layout.ts';
import { withGroupMarker } from '../../group-marker.ts';
import { resourceName } from '../../names.ts';
import { differences, isRetired, type TariffState } from '../drivers/tariff.ts';
import type { Tariff } from '../objects.ts';
import { ownTariffs, type NewApiResources, type Planned } from './held.ts';

/**
 * Rules B7, B11 and N4 for the plan by which users come into the group. It is made last, since the host deletes none, and
 * one that an earlier run has taken out of use is used again.
 */
export function planTariff(job: Owner & { run: string; adopt: boolean }, { tariffs }: NewApiResources): Planned {
  const { provider, access, run, adopt } = job;
  if (access !== 'subscription') return planned([]);
  const name = resourceName(provider.id, access);
  const terms = termsOf(provider);
  const own = ownTariffs(job, tariffs);
  const inUse = own.filter(({ groupId }) => groupId === name);
  // One that a person has bound elsewhere, or put on sale, is theirs by now.
  const [tariff] = inUse.length > 0 ? inUse : own.filter(isRetired);
  const step = { kind: 'tariff', name, isLast: true };
  if (inUse.length > 1) return planned([], [ambiguous(name, inUse)]);
  const text = withGroupMarker(tariff?.text ?? provider.displayName.slice(0, maxShown), {
    provider: provider.id,
    access,
    run,
  });
  const { price, days, forSale } = terms;
  const after: TariffState = { name, text, price, length: days, unit: 'day', forSale, groupId: name };
  const detail = `${terms.price.toFixed(2)} for ${counted(terms.days, 'day')}, ${terms.forSale ? 'for sale' : 'not for sale'}`;
  if (tariff !== undefined && inUse.length === 1)
    return {
      ...planned([{ ...step, action: 'unchanged', id: tariff.id, detail: '' }]),
      warnings: driftOf(tariff, terms),
    };
  if (tariff !== undefined) {
    const { id, ...before } = tariff;
    const how = { differences: differences(tariff, after), values: [], detail: `put it to use again: ${detail}` };
    return planned([{ ...step, action: 'update', id, before, after, ...how }]);
  }
  const [foreign, ...more] = tariffs.filter((each) => each.name === name && !own.includes(each));
  if (foreign === undefined) return planned([{ ...step, action: 'create', id: null, after, detail }]);
  if (!adopt)
    return planned([], [problem('FOREIGN_OBJECT', `The plan "${name}" (${foreign.id}) was not made by relay.`)]);
  if (more.length > 0) return planned([], [ambiguous(name, [foreign, ...more])]);
  const { id, ...before } = foreign;
  // What it costs and how long it runs is theirs who have made it.
  const mark: TariffState = {
    text: withGroupMarker(foreign.text, { provider: provider.id, access, run }),
    groupId: name,
  };
  const how = { differences: ['group'], values: [], detail: 'mark it as managed by relay, and bind it to the group' };
  return planned([{ ...step, action: 'adopt', id, before, after: { ...before, ...mark }, ...how }]);
}

/** The host keeps 255 characters below a title, and the marker takes some of them. */
const maxShown = 120;

type Terms = Required<Pick<Tariff, 'price' | 'forSale'>> & { days: number };

/** Users cannot be given the group without a plan, so a pack that has none gets one of thirty days that nobody can buy. */
function termsOf({ planTemplate }: Pick<Provider, 'planTemplate'>): Terms {
  if (planTemplate === undefined) return { price: 0, days: 30, forSale: false };
  const { price, forSale } = planTemplate;
  return { price, days: validityInDays(planTemplate), forSale };
}

function driftOf({ name, price, length, unit, forSale }: Tariff, terms: Terms) {
  const differs = [
    ...(Math.abs(price - terms.price) < 1e-6 ? [] : [`its price is ${price}, not ${terms.price}`]),
    ...(unit === 'day' && length === terms.days ? [] : [`it does not run for ${counted(terms.days, 'day')}`]),
    ...(forSale === terms.forSale ? [] : [`it is ${forSale ? '' : 'not '}for sale`]),
  ];
  if (differs.length === 0) return [];
  return [problem('DRIFT', `The plan "${name}" differs from the pack: ${differs.join(', ')}.`)];
}

function ambiguous(name: string, tariffs: readonly Tariff[]) {
  return problem(
    'NAME_AMBIGUOUS',
    `${tariffs.length} plans are named "${name}" (${tariffs.map(({ id }) => id).join(', ')}).`,
  );
}

function planned(steps: Planned['steps'], problems: Planned['problems'] = []): Planned {
  return { steps, warnings: [], problems };
}
