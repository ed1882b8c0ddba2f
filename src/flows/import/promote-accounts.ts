import { inStage, throwIfStopped } from '../../apply/run-tools.ts';
import { placeAccounts } from '../../apply/accounts/staging.ts';
import { undo } from '../../apply/undo/undo.ts';
import type { Account, Id } from '../../host/account.ts';
import type { AccountStep } from '../../plan/import-plan.ts';
import { counted } from '../../core/counted.ts';
import { problem, RelayError } from '../../core/relay-error.ts';
import type { Secret } from '../../core/secrets/secret.ts';
import { checkGateway } from '../../verify/check-gateway.ts';
import { completionOf } from '../completion-of.ts';
import { RunFailure } from './failure/run-failure.ts';
import type { ImportRun } from './import-run.ts';
import { works } from './verify-accounts.ts';

/** How long a host may take until it serves what was bound, in milliseconds (rule N6). */
const seenAfterMs = 3000;

/**
 * Promotes accounts that were proven in a staging place (rule N6): that place must answer a real request first,
 * and afterwards the host is given time to see them, so that others may go.
 */
export async function promoteAccounts(place: Id, run: ImportRun): Promise<void> {
  const { plan, tools, record } = run;
  const outside = plan.accounts.flatMap((step): Account[] => {
    const outcome = record.outcomes.get(step.fingerprint);
    if (outcome?.outcome !== 'created' && outcome?.outcome !== 'updated') return [];
    const account = record.verdicts.get(step.fingerprint)?.account ?? outcome.account;
    return !account.places.includes(place) && mayComeIn(step, account, run) ? [account] : [];
  });
  if (outside.length === 0) return;
  const count = counted(outside.length, 'account');
  await inStage(
    tools,
    'access',
    `Promote ${count} into the ${plan.place.kind}`,
    async () => {
      if (!(await checkStaging(outside, run))) return false;
      await bindAll(outside, place, run);
      if (plan.staging?.by === 'place') {
        tools.emit({ type: 'step', stage: 'access', text: 'waiting until the host serves them' });
        await tools.clock.sleep(seenAfterMs, tools.stop);
      }
      return true;
    },
    (ok) => ({
      ok,
      text: ok ? boundText(plan.staging) : 'they do not answer',
    }),
  );
}

function boundText(staging: ImportRun['plan']['staging']): string {
  if (staging === null) return 'bound';
  return staging.by === 'pin' ? 'proven, then bound' : `proven in a staging ${staging.kind}, then bound`;
}

/** Into the place and out of staging places; in others an account stays. */
async function bindAll(
  accounts: readonly Account[],
  place: Id,
  { plan, staging, tools, log }: ImportRun,
): Promise<void> {
  const stagingIds = new Set([staging?.id, ...plan.stale.staging.map((each) => each.id)]);
  const targets = new Map<string, { places: Id[]; accounts: Account[] }>();
  for (const account of accounts) {
    const places = [...account.places.filter((id) => !stagingIds.has(id)), place];
    const target = targets.get(places.join()) ?? { places, accounts: [] };
    target.accounts.push(account);
    targets.set(places.join(), target);
  }
  for (const target of targets.values()) await placeAccounts(target.accounts, target.places, tools, log);
}

/** What works, and what does not serve: disabled by the key file, or as failed. */
function mayComeIn({ fingerprint }: AccountStep, account: Account, { plan, record }: ImportRun): boolean {
  const verdict = record.verdicts.get(fingerprint);
  const takenOut = record.takenOut.get(account.id);
  if (verdict === undefined) return !account.enabled;
  return works(verdict) || takenOut === 'disabled' || (takenOut === undefined && plan.policy.failedAccounts === 'keep');
}

/** A real request to what no user meets yet. Only a key that relay makes can reach it. */
async function checkStaging(accounts: readonly Account[], run: ImportRun): Promise<boolean> {
  const { job, plan, tools, record } = run;
  const working = new Set([...record.verdicts.values()].filter(works).map((verdict) => verdict.account.id));
  const serving = accounts.filter((account) => account.enabled && working.has(account.id));
  if (plan.staging === null || plan.gateway.probe !== 'make' || serving.length === 0) return true;
  const { key, isListed } = await keyToMeet(serving, run);
  const check = await checkGateway(key, completionOf(job.provider), job.gatewayWaitMs, tools, !isListed);
  throwIfStopped(tools);
  if (check.ok) return true;
  const found = problem('GATEWAY_NOT_READY', `The new accounts do not answer through the gateway: ${check.message}`);
  if (run.undoesOnFailure) throw new RunFailure(found);
  run.fail('access', found);
  await giveUp(accounts, found.message, run);
  return false;
}

/** A key that reaches these accounts alone: by the staging place that they are all in, or the first of them by its id. */
async function keyToMeet(accounts: readonly Account[], run: ImportRun): Promise<{ key: Secret; isListed: boolean }> {
  const { plan, staging, clientKeys, tools } = run;
  const { isolation } = tools.host;
  const [first] = accounts;
  if (isolation?.by === 'pin' && first !== undefined)
    return { key: isolation.pinned(await clientKeys.keyFor(null, plan.access), first.id), isListed: false };
  if (staging === null) throw new RelayError('INTERNAL', 'There is no staging place.');
  const outsideStaging = accounts.filter((account) => !account.places.includes(staging.id));
  if (outsideStaging.length > 0) await bindAll(outsideStaging, staging.id, run);
  return { key: await clientKeys.keyFor(staging.id, 'self_service'), isListed: true };
}

/** What does not answer is not let in, and what was made or changed of it is undone. */
async function giveUp(accounts: readonly Account[], message: string, run: ImportRun): Promise<void> {
  const { tools, log, record } = run;
  const ids = new Set(accounts.map((account) => account.id));
  const own = log.changes.filter(({ kind, id }) => kind === 'account' && id !== null && ids.has(id));
  run.leave((await undo(own, tools, log)).leftovers);
  for (const { id, marker } of accounts) {
    const fingerprint = marker?.fingerprint ?? '';
    record.verdicts.delete(fingerprint);
    record.outcomes.set(fingerprint, { outcome: 'failed', code: 'GATEWAY_NOT_READY', message, id });
  }
}
