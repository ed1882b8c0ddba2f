import type { Provider } from './manifest.ts';

/** Fields of a provider that some hosts cannot honour. */
export type HonouredField =
  | 'accountTemplate.concurrency'
  | 'accountTemplate.priority'
  | 'groupTemplate'
  | 'planTemplate'
  | 'prices';

/** Whether the pack says something of its own there; a default does not count as a wish. */
export function saysItself(
  field: HonouredField,
  { accountTemplate, groupTemplate, planTemplate, prices }: Provider,
): boolean {
  switch (field) {
    case 'accountTemplate.concurrency':
      return accountTemplate.concurrency !== 10;
    case 'accountTemplate.priority':
      return accountTemplate.priority !== 50;
    case 'groupTemplate':
      return groupTemplate.rateMultiplier !== 1;
    case 'planTemplate':
      return planTemplate !== undefined;
    case 'prices':
      return prices !== undefined;
  }
}
