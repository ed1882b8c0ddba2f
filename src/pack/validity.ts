import type { Provider } from './manifest.ts';

type PlanTemplate = NonNullable<Provider['planTemplate']>;

/** How many days a plan of the pack runs: a week is 7, a month 30. */
export function validityInDays({
  validityDays,
  validityUnit,
}: Pick<PlanTemplate, 'validityDays' | 'validityUnit'>): number {
  return validityDays * { day: 1, week: 7, month: 30 }[validityUnit];
}
