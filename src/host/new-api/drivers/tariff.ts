import { z } from 'zod';
import { counted } from '../../../core/counted.ts';
import type { ResourceDriver } from '../../driver.ts';
import { readGroupMarker } from '../../group-marker.ts';
import { notSent, writeResult, type WriteResult } from '../../host-failure.ts';
import type { ApiClient } from '../../http/api-client.ts';
import { anything, planRowWire, planWire, type PlanWire } from '../api/wire.ts';
import type { Tariff } from '../objects.ts';
import { plansPath, type NewApiReads } from '../reads.ts';

const schema = z
  .object({
    name: z.string(),
    text: z.string(),
    price: z.number(),
    length: z.number(),
    unit: z.string(),
    forSale: z.boolean(),
    groupId: z.string().nullable(),
  })
  .partial();
export type TariffState = z.infer<typeof schema>;

/** What is said of one that relay would take away. */
export const staysWhy = 'this host deletes no plan; it is not for sale any more, and gives access to nothing';

/** One that was taken out of use. */
const retired: TariffState = { forSale: false, groupId: null };

/** Whether a plan can be bought no more, and gives nothing. */
export function isRetired({ groupId, forSale }: Tariff): boolean {
  return groupId === null && !forSale;
}

/**
 * Plans of the host bear the marker of their run below their title. None is ever deleted: one that is to go is taken off
 * sale, and off its group, after which whoever has it is in no group by it.
 */
export function tariffDriver(reads: NewApiReads, client: ApiClient): ResourceDriver<TariffState, Tariff> {
  const change = async (id: string, state: TariffState): Promise<WriteResult<unknown>> => {
    const listed = await writeResult(() => client.get(plansPath, planRowWire.array()));
    if (listed.status !== 'applied') return listed;
    const plan = listed.value.find((row) => String(row.plan.id) === id)?.plan;
    if (plan === undefined) return notSent(`the host has no plan ${id} any more`);
    // Whatever is left out is emptied.
    return client.write('PUT', `${plansPath}/${id}`, { plan: { ...plan, ...toWire(state) } }, anything);
  };
  return {
    kind: 'tariff',
    schema,
    find: () => reads.tariffs(),
    isMadeAs: (tariff, name, made) => tariff.name === name && isOfRun(tariff, made),
    isStill: (tariff, _, made) => isOfRun(tariff, made),
    differences,
    stateOf: ({ id: _id, ...state }) => state,
    placed: (state) => state,
    // A new one is for sale whatever it was sent as, so it is of no group until that is put right.
    create: async (state) => {
      const made = await client.write('POST', plansPath, { plan: toWire({ ...state, groupId: null }) }, planWire);
      if (made.status !== 'applied') return made;
      const set = await change(String(made.value.id), state);
      // It is there in any case: looking tells how.
      return set.status === 'rejected' ? { status: 'unknown', failure: set.failure } : set;
    },
    update: (id, { after }) => change(id, after),
    remove: ({ id }) => change(id, retired),
    restore: ({ id }, { before }) => change(id, before),
    stays: (tariff) => (isRetired(tariff) ? staysWhy : null),
    release: ({ id }) => change(id, retired),
    holds: (tariff) => !isRetired(tariff),
    usedBy: ({ groupId }, { grants }) => {
      if (grants === undefined) return 'used by what could not be read';
      const users = grants.filter(({ place, active }) => place === groupId && active).length;
      return users === 0 ? null : `used by ${counted(users, 'user')}`;
    },
  };
}

function isOfRun({ text }: Tariff, made: TariffState): boolean {
  const run = readGroupMarker(made.text ?? '')?.run;
  return run !== undefined && readGroupMarker(text)?.run === run;
}

/** In what a plan differs from a state, as far as that says something of it. */
export function differences(tariff: Tariff, state: TariffState): string[] {
  const differs = (key: 'name' | 'text' | 'length' | 'unit' | 'forSale' | 'groupId') =>
    state[key] !== undefined && tariff[key] !== state[key];
  return [
    ...(differs('name') ? ['title'] : []),
    ...(differs('text') ? ['text for users'] : []),
    // The host keeps millionths.
    ...(state.price === undefined || Math.abs(tariff.price - state.price) < 1e-6 ? [] : ['price']),
    ...(differs('length') || differs('unit') ? ['time'] : []),
    ...(differs('forSale') ? ['sale flag'] : []),
    ...(differs('groupId') ? ['group'] : []),
  ];
}

function toWire({ name, text, price, length, unit, forSale, groupId }: TariffState): Partial<PlanWire> {
  return {
    ...(name === undefined ? {} : { title: name }),
    ...(text === undefined ? {} : { subtitle: text }),
    ...(price === undefined ? {} : { price_amount: price }),
    ...(length === undefined ? {} : { duration_value: length }),
    ...(unit === undefined ? {} : { duration_unit: unit }),
    ...(forSale === undefined ? {} : { enabled: forSale }),
    ...(groupId === undefined ? {} : { upgrade_group: groupId ?? '' }),
  };
}
