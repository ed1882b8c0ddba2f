import { inStage, throwIfStopped } from '../../apply/run-tools.ts';
import type { CompletionRequest } from '../../host/gateway.ts';
import { fitProvider } from '../../plan/fit-provider.ts';
import { effectiveMapping } from '../../pack/model-mapping.ts';
import { problem } from '../../core/relay-error.ts';
import { checkGateway, type GatewayCheck } from '../../verify/check-gateway.ts';
import { applyLastResources } from '../../apply/apply-resources.ts';
import { grantAccess } from '../../apply/grant-access.ts';
import { completionOf } from '../completion-of.ts';
import { RunFailure } from './failure/run-failure.ts';
import { isForTheEnd, type AccountStep } from '../../plan/import-plan.ts';
import { serviceOf } from '../../host/account.ts';
import type { ImportRun } from './import-run.ts';

/** Gives users access, and proves by a real request that the gateway serves (rules B22 to B24, N9, N19). */
export async function openAccess(place: string, run: ImportRun): Promise<void> {
  const { job, plan, tools, record } = run;
  const request = completionOf(job.provider);
  if (plan.grants.length > 0 || plan.gateway.probe !== 'skip' || plan.resources.some(isForTheEnd)) {
    await inStage(
      tools,
      'access',
      'Open access',
      () => closeAccess(place, request, run),
      () => ({ ok: record.gateway?.ok !== false, text: gatewayText(record.gateway) }),
    );
  }
  record.connect = {
    ...tools.host.gateway.connection(request),
    access: plan.place.name,
    models: Object.keys(effectiveMapping(fitProvider(job.provider, tools.host).provider)),
  };
}

async function closeAccess(place: string, request: CompletionRequest, run: ImportRun): Promise<void> {
  const { plan } = run;
  const isForTheEndOnly = plan.resources.some(isForTheEnd);
  // What cannot be taken away again is made of what is proven, and access hangs on it then.
  if (!isForTheEndOnly) await giveAccess(place, run);
  if (plan.gateway.probe !== 'skip') await checkAccess(place, request, run);
  if (isForTheEndOnly) await giveLast(place, run);
}

async function giveLast(place: string, run: ImportRun): Promise<void> {
  const { plan, tools, log, record } = run;
  if (record.gateway?.ok === false) {
    const notYet = { outcome: 'failed', expiresAt: null, message: notProven, lost: null } as const;
    for (const { kind, user, days } of plan.grants) {
      record.grants.push({ kind, user: user.email, userId: user.id, days, ...notYet });
      run.fail('access', problem('SUBSCRIPTION_FAILED', `${user.email}: ${notProven}`));
    }
    return;
  }
  await applyLastResources(plan, place, tools, log);
  await giveAccess(place, run);
}

const notProven = 'nobody is given access before the gateway has answered';

async function giveAccess(place: string, run: ImportRun): Promise<void> {
  const { plan, tools, log, record } = run;
  await grantAccess(plan.grants, place, run.undoesOnFailure, tools, log, record.grants);
  for (const failed of record.grants.filter((each) => each.outcome === 'failed')) {
    const found = problem('SUBSCRIPTION_FAILED', `${failed.user}: ${failed.message ?? ''}`);
    if (run.undoesOnFailure) throw new RunFailure(found, failed.lost);
    run.fail('access', found, failed.lost);
  }
}

async function checkAccess(place: string, request: CompletionRequest, run: ImportRun): Promise<void> {
  const { plan, tools, record } = run;
  const { clientKeys } = run;
  try {
    const key = run.probeKey ?? (await clientKeys.keyFor(place, plan.access));
    const check = await checkGateway(key, request, patienceOf(run), tools);
    throwIfStopped(tools);
    record.gateway = {
      ...check,
      probeKey: run.probeKey === null ? 'made' : plan.gateway.probe === 'find' ? 'found' : 'given',
    };
  } finally {
    run.leave(await clientKeys.remove());
  }
  const { gateway } = record;
  if (gateway.ok && !gateway.hasExpectedModel)
    run.warn(
      'access',
      problem('MODEL_LIST_LAGS', `The gateway answers completions with "${request.model}" but does not list it yet.`),
    );
  if (gateway.ok) return;
  const found = problem('GATEWAY_NOT_READY', `The gateway is not ready: ${gateway.message}`);
  if (plan.policy.gatewayNotReady === 'undo') throw new RunFailure(found);
  run.fail('access', found);
}

/** Where no account was seen to work, and none is in service, there is nothing to wait for. */
function patienceOf({ job, plan, record, keyVerdicts }: ImportRun): number {
  const cannotServe = (step: AccountStep) => {
    const verdict = record.verdicts.get(step.fingerprint) ?? keyVerdicts.get(step.fingerprint);
    if (verdict !== undefined) return verdict.validation === 'failed';
    if (step.action === 'create') return record.outcomes.get(step.fingerprint)?.outcome === 'failed';
    return serviceOf(step.account) !== 'on';
  };
  const hopeless = plan.servingElsewhere === 0 && plan.accounts.length > 0 && plan.accounts.every(cannotServe);
  return hopeless ? 0 : job.gatewayWaitMs;
}

function gatewayText(gateway: GatewayCheck | null): string {
  if (gateway === null) return 'the gateway was not checked';
  return gateway.ok
    ? `the gateway answered${gateway.attempts === 1 ? '' : ` after ${gateway.attempts} attempts`}`
    : gateway.message;
}
