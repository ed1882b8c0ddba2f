import { problem, type Problem } from '../core/relay-error.ts';
import { acts, type AccountStep, type GatewayStep, type ImportPlan, type Policy } from './import-plan.ts';
import { groupDrift, planDrift } from './drift.ts';
import { accountPrefix, resourceName } from './names.ts';
import type { HostSnapshot, Desired } from './observed.ts';
import { planAccounts } from './plan-accounts.ts';
import { planChannel } from './plan-channel.ts';
import { managedGroup, planGroup, type Planned } from './plan-group.ts';
import { planPlan } from './plan-plan.ts';
import { planSubscriptions } from './plan-subscriptions.ts';
import { stagingGroupName, staleStagingGroups } from './staging-groups.ts';
import { unpricedModels } from './prices.ts';

export type PlanResult = { plan: ImportPlan } | { problems: Problem[] };

/** What must be done to bring the host from what it holds to what is wanted. Pure; every obstacle is found at once. */
export function buildPlan(desired: Desired, snapshot: HostSnapshot): PlanResult {
  const name = resourceName(desired.provider.id, desired.access);
  // An adopted group counts as the managed one for all that hangs on it.
  const group =
    managedGroup(desired, snapshot) ?? (desired.adopt ? snapshot.groups.find((each) => each.name === name) : undefined);
  const groupStep = planGroup(desired, snapshot);
  const channelStep = planChannel(desired, snapshot, group);
  const planStep: Planned<ImportPlan['plan']> =
    desired.access === 'subscription' ? planPlan(desired, snapshot, group) : { step: null };
  const {
    accounts,
    removals,
    servingElsewhere,
    massRemoval,
    warnings,
    problems: clashes,
  } = planAccounts(desired, snapshot, group);
  const subscriptions = planSubscriptions(desired, snapshot, group);
  const problems = [groupStep, channelStep, planStep].flatMap((planned) =>
    'problem' in planned ? [planned.problem] : [],
  );
  problems.push(...clashes, ...subscriptions.problems, ...nameProblems(desired, snapshot));

  const served =
    group !== undefined &&
    snapshot.accounts.some(
      (account) => account.groupIds.includes(group.id) && account.state === 'active' && account.enabled,
    );
  if ('problem' in groupStep || 'problem' in channelStep || 'problem' in planStep || problems.length > 0) {
    return { problems: [...problems, ...probeProblems(gatewayStep(desired, true), snapshot)] };
  }
  const plan: ImportPlan = {
    run: desired.run,
    mode: desired.mode,
    access: desired.access,
    group: groupStep.step,
    channel: channelStep.step,
    plan: planStep.step,
    accounts,
    staging: served && accounts.some(joins) ? { name: stagingGroupName(desired.run) } : null,
    staleStaging: staleStagingGroups(desired, snapshot.groups, snapshot.accounts).map(({ id, name: staging }) => ({
      id,
      name: staging,
    })),
    leftUsers: snapshot.leftUsers.map(({ id, email }) => ({ id, name: email })),
    servingElsewhere,
    massRemoval,
    removals,
    knownAccounts: new Set(
      snapshot.accounts
        .filter(({ marker }) => marker?.provider === desired.provider.id && marker.access === desired.access)
        .map(({ id }) => id),
    ),
    subscriptions: subscriptions.steps,
    gateway: { probe: 'skip', asked: desired.probe },
    policy: policyOf(desired, served),
    warnings: [
      ...priceWarnings(desired),
      ...driftWarnings(desired, snapshot, groupStep.step, planStep.step),
      ...warnings,
      ...(massRemoval ? [massRemovalWarning(removals.length)] : []),
      ...subscriptions.warnings,
    ],
  };
  const gateway = gatewayStep(desired, desired.resumed || acts(plan));
  const impossible = probeProblems(gateway, snapshot);
  return impossible.length > 0 ? { problems: impossible } : { plan: { ...plan, gateway } };
}

function joins(step: AccountStep): boolean {
  return step.action === 'create' || (step.action !== 'unchanged' && step.place === 'joins');
}

function massRemovalWarning(count: number): Problem {
  return problem('MASS_REMOVAL', `${count} account${count === 1 ? '' : 's'} would be removed, more than half of all.`);
}

function probeProblems(gateway: GatewayStep, { features }: HostSnapshot): Problem[] {
  if (gateway.probe !== 'make' || features.probeUser.possible) return [];
  return [problem('PROBE_KEY_IMPOSSIBLE', `relay cannot make a user key on this host: ${features.probeUser.why}.`)];
}

function driftWarnings(
  { provider }: Desired,
  snapshot: HostSnapshot,
  group: ImportPlan['group'],
  plan: ImportPlan['plan'],
): Problem[] {
  return [
    ...snapshot.groups
      .filter((each) => group.action !== 'create' && each.id === group.id)
      .flatMap((each) => groupDrift(each, provider)),
    ...snapshot.plans
      .filter((each) => plan !== null && plan.action !== 'create' && each.id === plan.id)
      .flatMap((each) => planDrift(each, provider)),
  ];
}

/** Modes become policies here and nowhere else (rules B17, B18, N15). */
function policyOf(desired: Desired, served: boolean): Policy {
  const massRemoval = desired.allowMassRemoval ? 'allowed' : 'refuse';
  if (desired.mode === 'partial')
    return { massRemoval, onFailure: 'keep', failedAccounts: desired.failed, gatewayNotReady: 'keep' };
  return { massRemoval, onFailure: 'undo', failedAccounts: 'keep', gatewayNotReady: served ? 'undo' : 'keep' };
}

/** A plan that changes nothing makes no probe user (rule N5). */
function gatewayStep(desired: Desired, sends: boolean): GatewayStep {
  const asked = desired.probe;
  if (asked === 'none') return { asked, probe: 'skip' };
  if (desired.probeKeyGiven) return { asked, probe: 'given' };
  if (!sends) return { asked, probe: 'skip' };
  return { asked, probe: asked === 'find' ? 'find' : 'make' };
}

function priceWarnings({ provider }: Desired): Problem[] {
  return unpricedModels(provider).map((model) =>
    problem('PRICE_MISSING', `The pack has no price for "${model}"; the host may bill nothing for it.`),
  );
}

function nameProblems(desired: Desired, { features }: HostSnapshot): Problem[] {
  const longest = Math.max(
    resourceName(desired.provider.id, desired.access).length,
    accountPrefix(desired.provider.id, desired.access).length + 6,
  );
  if (longest <= features.maxNameLength) return [];
  return [
    problem(
      'MANIFEST_INVALID',
      `The provider id "${desired.provider.id}" makes names of ${longest} characters; the host takes ${features.maxNameLength}.`,
    ),
  ];
}
