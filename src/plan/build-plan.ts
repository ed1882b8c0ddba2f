import { counted } from '../core/counted.ts';
import { problem, type Problem } from '../core/relay-error.ts';
import { accountPrefix, resourceName, stagingName } from '../host/names.ts';
import { acts, type AccountStep, type GatewayStep, type ImportPlan, type Policy } from './import-plan.ts';
import { hostLimits } from './host-limits.ts';
import type { HostSnapshot, Desired } from './observed.ts';
import { planAccounts } from './plan-accounts.ts';
import { planModels } from './plan-models.ts';
import { planGrants } from './plan-grants.ts';

export type PlanResult = { plan: ImportPlan } | { problems: Problem[] };

/** What must be done to bring the host from what it holds to what is wanted. Pure; every obstacle is found at once. */
export function buildPlan(desired: Desired, snapshot: HostSnapshot): PlanResult {
  const resources = snapshot.layout.plan(desired, snapshot);
  const { place } = resources;
  const accounts = planAccounts(desired, snapshot, place);
  const { steps, removals, servingElsewhere, massRemoval } = accounts;
  const grants = planGrants(desired, snapshot, place.id);
  const limits = hostLimits(desired, snapshot);
  const served = snapshot.accounts.some(
    ({ places, state, enabled }) => place.id !== null && places.includes(place.id) && state === 'active' && enabled,
  );
  const problems = [resources, accounts, grants, limits].flatMap((each) => each.problems);
  problems.push(...nameProblems(desired, snapshot));
  if (problems.length > 0)
    return { problems: [...problems, ...probeProblems(desired, gatewayStep(desired, true), snapshot)] };
  const touched = new Set([
    ...steps.flatMap((step) => ('account' in step ? [step.account.id] : [])),
    ...removals.map(({ id }) => id),
  ]);
  const plan: ImportPlan = {
    run: desired.run,
    mode: desired.mode,
    access: desired.access,
    models: planModels(desired, snapshot.accounts, ({ id }) => !touched.has(id)),
    place,
    resources: resources.steps,
    accounts: steps,
    staging: steps.some(joins) ? stagingOf(desired, snapshot, served) : null,
    stale: staleOf(desired, snapshot),
    servingElsewhere,
    massRemoval,
    removals,
    knownAccounts: new Set(
      snapshot.accounts
        .filter(({ marker }) => marker?.provider === desired.provider.id && marker.access === desired.access)
        .map(({ id }) => id),
    ),
    grants: grants.steps,
    gateway: { probe: 'skip', asked: desired.probe },
    policy: policyOf(desired, served),
    warnings: [
      ...resources.warnings,
      ...limits.warnings,
      ...accounts.warnings,
      ...(massRemoval ? [massRemovalWarning(removals.length)] : []),
      ...grants.warnings,
    ],
  };
  const gateway = gatewayStep(desired, desired.resumed || acts(plan));
  const impossible = probeProblems(desired, gateway, snapshot);
  return impossible.length > 0 ? { problems: impossible } : { plan: { ...plan, gateway } };
}

/** A place that serves nobody yet needs none beside it; being in no place costs nothing. */
function stagingOf({ run }: Desired, { isolation }: HostSnapshot, served: boolean): ImportPlan['staging'] {
  if (isolation?.by === 'pin') return { by: 'pin' };
  return served && isolation !== null ? { by: 'place', kind: isolation.kind, name: stagingName(run) } : null;
}

function staleOf(desired: Desired, snapshot: HostSnapshot): ImportPlan['stale'] {
  const { isolation, leftClients, words } = snapshot;
  return {
    staging:
      isolation?.by === 'place'
        ? isolation.stale(desired, snapshot).map(({ id, name }) => ({ kind: isolation.kind, id, name }))
        : [],
    clients: leftClients.map(({ id, name, run }) => ({ kind: words.client, id, name, run })),
  };
}

function joins(step: AccountStep): boolean {
  return step.action === 'create' || (step.action !== 'unchanged' && step.place === 'joins');
}

function massRemovalWarning(count: number): Problem {
  return problem('MASS_REMOVAL', `${counted(count, 'account')} would be removed, more than half of all.`);
}

function probeProblems({ access }: Desired, gateway: GatewayStep, { capabilities }: HostSnapshot): Problem[] {
  const can = capabilities.clientKeys[access];
  if (gateway.probe !== 'make' || can.possible) return [];
  return [problem('PROBE_KEY_IMPOSSIBLE', `relay cannot make a user key on this host: ${can.why}.`)];
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

function nameProblems(desired: Desired, { capabilities: { maxNameLength } }: HostSnapshot): Problem[] {
  const longest = Math.max(
    resourceName(desired.provider.id, desired.access).length,
    accountPrefix(desired.provider.id, desired.access).length + 6,
  );
  if (longest <= maxNameLength) return [];
  return [
    problem(
      'MANIFEST_INVALID',
      `The provider id "${desired.provider.id}" makes names of ${longest} characters; the host takes ${maxNameLength}.`,
    ),
  ];
}
