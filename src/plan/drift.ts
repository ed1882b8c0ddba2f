import type { Account, Group, Plan } from '../host/objects.ts';
import type { Provider } from '../pack/manifest.ts';
import { problem, type Problem } from '../core/relay-error.ts';

/** Settings that differ from the pack and that relay only shows (rule N7), for each kind of object. */
export function accountDrift(account: Account): Problem[] {
  const pausedByHand = account.state === 'active' && !account.enabled && !account.paused;
  return drift('account', account, [
    ['disabled by hand', account.state === 'inactive'],
    ['paused by hand', pausedByHand],
  ]);
}

/** Hosts keep four decimals of a rate. */
export function groupDrift(group: Group, provider: Provider): Problem[] {
  return drift('group', group, [
    ['rate', Math.abs(group.rateMultiplier - provider.groupTemplate.rateMultiplier) >= 1e-4],
    ['disabled by hand', !group.active],
  ]);
}

/** Hosts keep cents of a price. */
export function planDrift(plan: Plan, { planTemplate }: Provider): Problem[] {
  if (planTemplate === undefined) return [];
  return drift('tariff', plan, [
    ['price', Math.abs(plan.price - planTemplate.price) >= 0.005],
    ['validity', plan.validityDays !== planTemplate.validityDays || plan.validityUnit !== planTemplate.validityUnit],
    ['sale flag', plan.forSale !== planTemplate.forSale],
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
