import type { ChangeLog } from '../apply/change-log.ts';
import { throwIfStopped, unstopped, type RunTools } from '../apply/run-tools.ts';
import { placeAccounts, makeStaging, type Staging } from '../apply/accounts/staging.ts';
import { undo } from '../apply/undo/undo.ts';
import type { Id } from '../host/account.ts';
import type { HostObject } from '../host/driver.ts';
import type { PinningPort } from '../host/layout.ts';
import type { CompletionRequest, GatewayAnswer } from '../host/gateway.ts';
import { isStagingName, stagingName } from '../host/names.ts';
import type { Secret } from '../core/secrets/secret.ts';
import type { Pace } from '../core/pace/pace.ts';
import type { Code } from '../core/codes.ts';
import type { AccountVerdict } from './probe-accounts.ts';
import type { ClientKeys } from '../apply/client-keys.ts';

/** Verdicts that leave open whether the account serves at all. */
const open: ReadonlySet<Code> = new Set(['KEY_UNPROVEN', 'TEST_UNAVAILABLE', 'UPSTREAM_FORBIDDEN']);

/** How long a gateway may take to see a place and its only account, in milliseconds. */
const patienceMs = 15_000;

/** Whether one completion with this account alone would tell more. */
export function isOpen({ validation, code }: AccountVerdict): boolean {
  return validation === 'warning' && code !== null && open.has(code);
}

export interface Proof {
  staging: Omit<Staging, 'name'>;
  request: CompletionRequest;
  clientKeys: ClientKeys;
  pace: Pace;
}

/**
 * The last proof (rule N13): each account whose verdict is open answers one completion in a place in which it is alone.
 * The first account of a new place is seen at once. Returns the verdicts with what the completions told. Throws the first
 * failure, once nothing of it is under way any more: whoever tidies up then meets no latecomers.
 */
export async function checkInIsolation(
  verdicts: readonly AccountVerdict[],
  proof: Proof,
  tools: RunTools,
  log: ChangeLog,
): Promise<AccountVerdict[]> {
  const places = verdicts.some(isOpen) ? await placesOf(tools) : [];
  let number = 0;
  let failed = false;
  const proofs = await Promise.allSettled(
    verdicts.map(async (verdict) => {
      if (!isOpen(verdict)) return verdict;
      const turn = await proof.pace.turn(tools.stop);
      if (turn === undefined) return verdict;
      try {
        if (failed) return verdict;
        number += 1;
        return await checkOne(verdict, { name: stagingName(proof.staging.run, number), places }, proof, tools, log);
      } catch (error) {
        failed = true;
        throw error;
      } finally {
        // It asks again by itself where the vendor is busy.
        proof.pace.end(turn, { signal: 'none' });
      }
    }),
  );
  return proofs.map((each) => {
    if (each.status === 'rejected') throw each.reason;
    return each.value;
  });
}

async function checkOne(
  verdict: AccountVerdict,
  { name, places }: { name: string; places: readonly HostObject[] },
  proof: Proof,
  tools: RunTools,
  log: ChangeLog,
): Promise<AccountVerdict> {
  const { isolation } = tools.host;
  if (isolation?.by === 'pin') return checkPinned(verdict, isolation, proof, tools);
  const { staging, request, clientKeys } = proof;
  const { lastSeq } = log;
  const place = await makeStaging({ ...staging, name }, tools, log);
  let answer: GatewayAnswer<void>;
  try {
    const account = { ...verdict.account, places: homeOf(verdict.account.places, places, staging.run) };
    await placeAccounts([account], [...account.places, place.id], tools, log);
    const key = await clientKeys.keyFor(place.id, 'self_service');
    answer = await ask(key, request, tools);
  } finally {
    // Bound back, and the place removed, however the proof ended.
    const own = log.changes.filter(
      ({ seq, kind, id }) => seq > lastSeq && (kind === 'account' ? id === verdict.account.id : id === place.id),
    );
    await undo(own, tools, log);
  }
  const now = (await unstopped(tools).host.reads.account(verdict.account.id)) ?? verdict.account;
  return decideInIsolation({ ...verdict, account: now }, answer);
}

/** Where a key can name the account that it is to reach, nothing is moved. */
async function checkPinned(
  verdict: AccountVerdict,
  isolation: PinningPort,
  { staging, request, clientKeys }: Proof,
  tools: RunTools,
): Promise<AccountVerdict> {
  const key = isolation.pinned(await clientKeys.keyFor(null, staging.access), verdict.account.id);
  const answer = await ask(key, request, tools);
  const now = (await unstopped(tools).host.reads.account(verdict.account.id)) ?? verdict.account;
  return decideInIsolation({ ...verdict, account: now }, answer);
}

async function placesOf({ host }: RunTools): Promise<readonly HostObject[]> {
  const { isolation } = host;
  return isolation?.by === 'place' ? ((await host.resources.list())[isolation.kind] ?? []) : [];
}

/** The places in which an account shall be afterwards: neither those that are gone, nor what an interrupted proof left. */
function homeOf(ids: readonly Id[], places: readonly HostObject[], run: string): Id[] {
  return ids.filter((id) => {
    const name = places.find((each) => each.id === id)?.name;
    return name !== undefined && (!isStagingName(name) || name === stagingName(run));
  });
}

async function ask(key: Secret, request: CompletionRequest, tools: RunTools): Promise<GatewayAnswer<void>> {
  const startedAt = tools.clock.now();
  for (let pause = 250; ; pause *= 2) {
    const answer = await tools.host.gateway.complete(key, request, tools.stop);
    throwIfStopped(tools);
    const over = tools.clock.now() - startedAt + pause > patienceMs;
    if (answer.ok || !answer.retryable || over) return answer;
    await tools.clock.sleep(pause, tools.stop);
  }
}

function decideInIsolation(verdict: AccountVerdict, answer: GatewayAnswer<void>): AccountVerdict {
  const probe = (ok: boolean, message: string): AccountVerdict['probe'] =>
    verdict.probe && { ...verdict.probe, ok, message, evidence: 'completion' };
  if (answer.ok) return { ...verdict, validation: 'passed', code: null, probe: probe(true, 'A completion passed.') };
  const { account } = verdict;
  if (account.state === 'error')
    return {
      ...verdict,
      validation: 'failed',
      code: 'KEY_REFUSED',
      probe: probe(false, account.stateMessage || answer.message),
    };
  // The vendor was busy, or nobody answered: nothing new is known.
  if (answer.retryable) return verdict;
  const code = answer.status === 200 ? 'UPSTREAM_JUNK' : 'TEST_FAILED';
  return { ...verdict, validation: 'failed', code, probe: probe(false, answer.message) };
}
