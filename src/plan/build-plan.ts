import { problem, type Problem } from '../terms/relay-error.ts';
import { acts, type AccountStep, type GatewayStep, type ImportPlan, type Policy } from './import-plan.ts';
import { groupDrift, planDrift } from './drift.ts';
import { accountPrefix, resourceName } from './names.ts';
import type { Observed, Wanted } from './observed.ts';
import { planAccounts } from './plan-accounts.ts';
import { planChannel } from './plan-channel.ts';
import { managedGroup, planGroup, type Planned } from './plan-group.ts';
import { planPlan } from './plan-plan.ts';
import { planSubscriptions } from './plan-subscriptions.ts';
import { stagingGroupName, staleStagingGroups } from './staging-groups.ts';
import { unpricedModels } from './prices.ts';

export type PlanResult = { plan: ImportPlan } | { problems: Problem[] };

/** What must be done to bring the host from what it holds to what is wanted. Pure; every obstacle is found at once. */
export function buildPlan(wanted: Wanted, observed: Observed): PlanResult {
  const name = resourceName(wanted.provider.id, wanted.access);
  // An adopted group counts as the managed one for all that hangs on it.
  const group =
    managedGroup(wanted, observed) ?? (wanted.adopt ? observed.groups.find((each) => each.name === name) : undefined);
  const groupStep = planGroup(wanted, observed);
  const channelStep = planChannel(wanted, observed, group);
  const planStep: Planned<ImportPlan['plan']> =
    wanted.access === 'subscription' ? planPlan(wanted, observed, group) : { step: null };
  const {
    accounts,
    removals,
    bystanders,
    massRemoval,
    warnings,
    problems: clashes,
  } = planAccounts(wanted, observed, group);
  const subscriptions = planSubscriptions(wanted, observed, group);
  const problems = [groupStep, channelStep, planStep].flatMap((planned) =>
    'problem' in planned ? [planned.problem] : [],
  );
  problems.push(...clashes, ...subscriptions.problems, ...nameProblems(wanted, observed));

  const served =
    group !== undefined &&
    observed.accounts.some(
      (account) => account.groupIds.includes(group.id) && account.state === 'active' && account.scheduled,
    );
  if ('problem' in groupStep || 'problem' in channelStep || 'problem' in planStep || problems.length > 0) {
    return { problems: [...problems, ...probeProblems(gatewayStep(wanted, true), observed)] };
  }
  const plan: ImportPlan = {
    run: wanted.run,
    mode: wanted.mode,
    access: wanted.access,
    group: groupStep.step,
    channel: channelStep.step,
    plan: planStep.step,
    accounts,
    side: served && accounts.some(joins) ? { name: stagingGroupName(wanted.run) } : null,
    staleSides: staleStagingGroups(wanted, observed.groups, observed.accounts).map(({ id, name: side }) => ({
      id,
      name: side,
    })),
    leftUsers: observed.leftUsers.map(({ id, email }) => ({ id, name: email })),
    bystanders,
    massRemoval,
    removals,
    knownAccounts: new Set(
      observed.accounts
        .filter(({ marker }) => marker?.provider === wanted.provider.id && marker.access === wanted.access)
        .map(({ id }) => id),
    ),
    subscriptions: subscriptions.steps,
    gateway: { probe: 'skip', asked: wanted.probe },
    policy: policyOf(wanted, served),
    warnings: [
      ...priceWarnings(wanted),
      ...driftWarnings(wanted, observed, groupStep.step, planStep.step),
      ...warnings,
      ...(massRemoval ? [massRemovalWarning(removals.length)] : []),
      ...subscriptions.warnings,
    ],
  };
  const gateway = gatewayStep(wanted, wanted.takenUp || acts(plan));
  const impossible = probeProblems(gateway, observed);
  return impossible.length > 0 ? { problems: impossible } : { plan: { ...plan, gateway } };
}

function joins(step: AccountStep): boolean {
  return step.action === 'create' || (step.action !== 'unchanged' && step.place === 'joins');
}

function massRemovalWarning(count: number): Problem {
  return problem('MASS_REMOVAL', `${count} account${count === 1 ? '' : 's'} would be removed, more than half of all.`);
}

function probeProblems(gateway: GatewayStep, { features }: Observed): Problem[] {
  if (gateway.probe !== 'make' || features.probeUser.possible) return [];
  return [problem('PROBE_KEY_IMPOSSIBLE', `relay cannot make a user key on this host: ${features.probeUser.why}.`)];
}

function driftWarnings(
  { provider }: Wanted,
  observed: Observed,
  group: ImportPlan['group'],
  plan: ImportPlan['plan'],
): Problem[] {
  return [
    ...observed.groups
      .filter((each) => group.action !== 'create' && each.id === group.id)
      .flatMap((each) => groupDrift(each, provider)),
    ...observed.plans
      .filter((each) => plan !== null && plan.action !== 'create' && each.id === plan.id)
      .flatMap((each) => planDrift(each, provider)),
  ];
}

/** Modes become policies here and nowhere else (rules B17, B18, N15). */
function policyOf(wanted: Wanted, served: boolean): Policy {
  if (wanted.mode === 'partial') return { onFailure: 'keep', failedAccounts: wanted.failed, gatewayNotReady: 'keep' };
  return { onFailure: 'undo', failedAccounts: 'keep', gatewayNotReady: served ? 'undo' : 'keep' };
}

/** A plan that changes nothing makes no probe user (rule N5). */
function gatewayStep(wanted: Wanted, sends: boolean): GatewayStep {
  const asked = wanted.probe;
  if (asked === 'none') return { asked, probe: 'skip' };
  if (wanted.probeKeyGiven) return { asked, probe: 'given' };
  if (!sends) return { asked, probe: 'skip' };
  return { asked, probe: asked === 'find' ? 'find' : 'make' };
}

function priceWarnings({ provider }: Wanted): Problem[] {
  return unpricedModels(provider).map((model) =>
    problem('PRICE_MISSING', `The pack has no price for "${model}"; the host may bill nothing for it.`),
  );
}

function nameProblems(wanted: Wanted, { features }: Observed): Problem[] {
  const longest = Math.max(
    resourceName(wanted.provider.id, wanted.access).length,
    accountPrefix(wanted.provider.id, wanted.access).length + 6,
  );
  if (longest <= features.longestName) return [];
  return [
    problem(
      'MANIFEST_INVALID',
      `The provider id "${wanted.provider.id}" makes names of ${longest} characters; the host takes ${features.longestName}.`,
    ),
  ];
}
