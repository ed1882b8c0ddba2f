import type { Group } from '../host/objects.ts';
import { problem } from '../core/relay-error.ts';
import type { PlanStep } from './import-plan.ts';
import { resourceName } from './names.ts';
import type { HostSnapshot, Desired } from './observed.ts';
import type { Planned } from './plan-group.ts';

/** Rules B7, B11 and N4 for the plan. Plan names are not unique on the host, so the group decides whose it is. */
export function planPlan(desired: Desired, snapshot: HostSnapshot, group: Group | undefined): Planned<PlanStep | null> {
  const { planTemplate } = desired.provider;
  if (planTemplate === undefined) return { step: null };
  const name = resourceName(desired.provider.id, desired.access);
  const named = snapshot.plans.filter((plan) => plan.name === name);
  const own = group === undefined ? [] : named.filter((plan) => plan.groupId === group.id);
  const candidates = own.length > 0 ? own : named;
  const [plan] = candidates;
  if (plan === undefined) return { step: { action: 'create', name, spec: { name, ...planTemplate } } };
  if (candidates.length > 1)
    return {
      problem: problem(
        'NAME_AMBIGUOUS',
        `${candidates.length} tariffs are named "${name}" (${candidates.map((each) => each.id).join(', ')}).`,
      ),
    };
  if (own.length === 1) return { step: { action: 'unchanged', name, id: plan.id } };
  if (!desired.adopt)
    return {
      problem: problem(
        'FOREIGN_OBJECT',
        `The tariff "${name}" (${plan.id}) does not belong to a group that relay manages.`,
      ),
    };
  return { step: { action: 'adopt', name, id: plan.id, before: plan } };
}
