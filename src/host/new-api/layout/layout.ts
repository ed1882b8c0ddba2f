import { firstOf } from '../../../core/counted.ts';
import { problem, type Problem } from '../../../core/relay-error.ts';
import type { FoundResource, Held, Layout, LayoutPlan, ManagedResource, MarkedOwner, Owner } from '../../layout.ts';
import { resourceName } from '../../names.ts';
import { priceList, type Group, type Tariff } from '../objects.ts';
import { effectiveMapping } from '../../../pack/model-mapping.ts';
import { desiredRatios } from '../prices.ts';
import { addressProblems } from './address.ts';
import { staysWhy } from '../drivers/tariff.ts';
import { managedGroup, ownTariffs, resourcesOf, type NewApiResources } from './held.ts';
import { planGroup } from './plan-group.ts';
import { planPrices } from './plan-prices.ts';
import { planTariff } from './plan-tariff.ts';

/**
 * A provider is a group, which users may choose or are put into by a plan, and prices for its models, which are the whole
 * host's.
 */
export function newApiLayout(makesChannels: boolean): Layout {
  return {
    place: (owner, { resources }) => {
      const group = managedGroup(owner, resourcesOf(resources));
      return group && { kind: 'group', id: group.id, name: group.name };
    },
    plan: (job, held): LayoutPlan => {
      const resources = resourcesOf(held.resources);
      const name = resourceName(job.provider.id, job.access);
      const group = resources.groups.find((each) => each.name === name);
      const isShown =
        managedGroup(job, resources) !== undefined ||
        (group !== undefined && (job.access === 'subscription' ? group.ownText : group.text) !== null);
      const planned = [planGroup(job, resources), planPrices(job, resources), planTariff(job, resources)];
      return {
        place: { kind: 'group', name, id: isShown || job.adopt ? (group?.id ?? null) : null },
        steps: planned.flatMap(({ steps }) => steps),
        warnings: planned.flatMap(({ warnings }) => warnings),
        problems: [
          ...(makesChannels ? [] : [mayNot]),
          ...brokenOptions(resources),
          ...addressProblems(job.provider),
          ...nameProblems(job.provider),
          ...planned.flatMap(({ problems }) => problems),
        ],
      };
    },
    status,
    managed,
  };
}

/** Found before the first write, which would be refused one by one. */
const mayNot = problem(
  'LOGIN_REFUSED',
  'The login is that of an admin whom root does not let make and remove channels.',
  'Give the access token of root, or have root allow that admin to write channels.',
);

/** A channel lists its models with commas between them. */
function nameProblems(provider: Owner['provider']): Problem[] {
  const split = Object.keys(effectiveMapping(provider)).filter((name) => name.includes(','));
  if (split.length === 0) return [];
  return [problem('HOST_CANNOT', `This host takes no names of models with a comma in them: ${firstOf(split)}.`)];
}

/** The host keeps whatever text it is sent, and takes the map for empty from then on. */
function brokenOptions({ prices }: NewApiResources): Problem[] {
  return (prices?.broken ?? []).map((name) =>
    problem(
      'HOST_REPLY_UNEXPECTED',
      `The option ${name} of the host holds no valid JSON.`,
      'Correct it in the settings of the host; relay overwrites nothing that it cannot read.',
    ),
  );
}

function status(owner: MarkedOwner, held: Held, present: boolean): FoundResource[] {
  const { groups, prices, tariffs } = resourcesOf(held.resources);
  const name = resourceName(owner.provider.id, owner.access);
  const group = managedGroup(owner, { groups, tariffs });
  const own = ownTariffs(owner, tariffs);
  const foreign = groups.filter((each) => each.name === name && each !== group);
  const served = new Set(
    held.accounts
      .filter(({ marker }) => marker?.provider === owner.provider.id && marker.access === owner.access)
      .flatMap(({ mapping }) => Object.keys(mapping)),
  );
  const isPriced =
    prices === undefined || prices.servesUnpriced || [...served].every((model) => Object.hasOwn(prices.models, model));
  return [
    ...(group === undefined && !present
      ? []
      : [
          { kind: 'group', id: group?.id ?? null, name, state: stateOf(group) },
          {
            kind: priceList.kind,
            id: isPriced ? priceList.id : null,
            name: priceList.name,
            state: isPriced ? ('active' as const) : ('missing' as const),
          },
          ...(owner.access === 'subscription' ? [tariffStatus(name, own)] : []),
        ]),
    ...own
      .filter((tariff) => isOpen(tariff, name) && (group === undefined || tariff.groupId !== name))
      .map(({ id, name: title }): FoundResource => ({ kind: 'tariff', id, name: title, state: 'left_behind' })),
    ...foreign.map((each): FoundResource => ({ kind: 'group', id: each.id, name: each.name, state: 'foreign' })),
  ];
}

/** Whether a plan gives the group, or can be bought and gives nothing. One that a person has bound elsewhere is theirs. */
function isOpen({ groupId, forSale }: Tariff, name: string): boolean {
  return groupId === name || (groupId === null && forSale);
}

/** One that was taken out of use is as good as none. */
function tariffStatus(name: string, own: readonly Tariff[]): FoundResource {
  const tariff = own.find(({ groupId }) => groupId === name);
  return { kind: 'tariff', id: tariff?.id ?? null, name, state: tariff === undefined ? 'missing' : 'active' };
}

function stateOf(group: Group | undefined): FoundResource['state'] {
  if (group === undefined) return 'missing';
  return group.ratio === null ? 'switched_off' : 'active';
}

/** Prices bear no mark, and count for whoever serves the model: they stay. So do plans, out of use. */
function managed(owner: Owner, held: Held): ManagedResource[] {
  const { groups, prices, tariffs } = resourcesOf(held.resources);
  const group = managedGroup(owner, { groups, tariffs });
  const name = resourceName(owner.provider.id, owner.access);
  const own = ownTariffs(owner, tariffs).filter((tariff) => isOpen(tariff, name));
  if (group === undefined && own.length === 0) return [];
  const names = Object.keys(desiredRatios(owner.provider));
  const priced = names.filter((model) => prices !== undefined && Object.hasOwn(prices.models, model));
  return [
    ...own.map((tariff) => ({
      kind: 'tariff',
      object: tariff,
      when: 'last' as const,
      shared: staysWhy,
      staysAnyway: true,
    })),
    ...(group === undefined ? [] : [{ kind: 'group', object: group, when: 'last' as const, shared: null }]),
    ...(priced.length === 0 || group === undefined
      ? []
      : [
          {
            kind: priceList.kind,
            object: { id: priceList.id, name: priceList.name },
            when: 'last' as const,
            shared: `prices are the whole host's, and do not tell who set them: ${firstOf(priced)}`,
            staysAnyway: true,
          },
        ]),
  ];
}
