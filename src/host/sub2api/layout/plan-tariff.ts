import { problem } from '../../../core/relay-error.ts';
import type { Owner } from '../../layout.ts';
import { resourceName } from '../../names.ts';
import type { Group } from '../objects.ts';
import type { Planned, Sub2apiResources } from './held.ts';

/** Rules B7, B11 and N4 for the tariff. Names of tariffs are not unique on the host, so the group decides whose it is. */
export function planTariff(
  { provider, access, adopt }: Owner & { adopt: boolean },
  { tariffs }: Sub2apiResources,
  group: Group | undefined,
): Planned {
  const { planTemplate } = provider;
  if (planTemplate === undefined || access !== 'subscription') return { step: null };
  const name = resourceName(provider.id, access);
  const named = tariffs.filter((each) => each.name === name);
  const own = group === undefined ? [] : named.filter((each) => each.groupId === group.id);
  const candidates = own.length > 0 ? own : named;
  const [tariff] = candidates;
  const step = { kind: 'tariff', name };
  if (tariff === undefined) {
    const { price, validityDays, validityUnit, forSale } = planTemplate;
    const detail = `${price.toFixed(2)} for ${validityDays} ${validityUnit}${validityDays === 1 ? '' : 's'}, ${forSale ? 'for sale' : 'not for sale'}`;
    return { step: { ...step, action: 'create', id: null, after: { name, ...planTemplate }, detail } };
  }
  if (candidates.length > 1)
    return {
      problem: problem(
        'NAME_AMBIGUOUS',
        `${candidates.length} tariffs are named "${name}" (${candidates.map((each) => each.id).join(', ')}).`,
      ),
    };
  const { id, groupId } = tariff;
  if (own.length === 1) return { step: { ...step, action: 'unchanged', id, detail: '' } };
  if (!adopt)
    return {
      problem: problem('FOREIGN_OBJECT', `The tariff "${name}" (${id}) does not belong to a group that relay manages.`),
    };
  return {
    step: {
      ...step,
      action: 'adopt',
      id,
      before: { groupId },
      after: {},
      differences: ['group'],
      values: [],
      detail: 'bind it to the group',
    },
  };
}
