import { screenedDescription, type Screen } from '../screen.ts';
import type { PlanWire } from './api/wire.ts';
import type { Tariff } from './objects.ts';

/** A plan as the engine knows it. */
export function toTariff(plan: PlanWire, screen: Pick<Screen, 'hide'>): Tariff {
  return {
    id: String(plan.id),
    name: screen.hide(plan.title),
    text: screenedDescription(plan.subtitle, screen),
    price: plan.price_amount,
    length: plan.duration_value,
    unit: plan.duration_unit,
    forSale: plan.enabled,
    groupId: plan.upgrade_group === '' ? null : plan.upgrade_group,
  };
}
