import pLimit from 'p-limit';
import { bindAccounts, makeSideGroup, type SideGroup } from '../apply/side-group.ts';
import type { Ledger } from '../apply/ledger.ts';
import type { RunTools } from '../apply/run-tools.ts';
import { undo } from '../apply/undo.ts';
import type { CompletionRequest, GatewayAnswer } from '../host/host.ts';
import { sideGroupName } from '../plan/side-groups.ts';
import type { Code } from '../terms/codes.ts';
import type { AccountVerdict } from './probe-accounts.ts';
import type { ProbeUser } from './probe-key.ts';

/** Verdicts that leave open whether the account serves at all. */
const open: ReadonlySet<Code> = new Set(['KEY_UNPROVEN', 'TEST_UNAVAILABLE', 'UPSTREAM_FORBIDDEN']);

/** How long a gateway may take to see a group and its only account, in milliseconds. */
const patienceMs = 15_000;

/** Whether one completion with this account alone would tell more. */
export function isOpen({ validation, code }: AccountVerdict): boolean {
  return validation === 'warning' && code !== null && open.has(code);
}

export interface Proof {
  side: Omit<SideGroup, 'name'>;
  request: CompletionRequest;
  probeUser: ProbeUser;
  concurrency: number;
}

/**
 * The last proof (rule N13): each account whose verdict is open answers one completion in a group in which it is alone.
 * The first account of a new group is seen at once. Returns the verdicts with what the completions told. Throws the first
 * failure, once nothing of it is under way any more: whoever tidies up then meets no latecomers.
 */
export async function proveAlone(
  verdicts: readonly AccountVerdict[],
  proof: Proof,
  tools: RunTools,
  ledger: Ledger,
): Promise<AccountVerdict[]> {
  const limit = pLimit(proof.concurrency);
  let number = 0;
  let failed = false;
  const proofs = await Promise.allSettled(
    verdicts.map((verdict) =>
      limit(async () => {
        if (!isOpen(verdict) || failed || tools.stop.aborted) return verdict;
        number += 1;
        try {
          return await proveOne(verdict, sideGroupName(proof.side.run, number), proof, tools, ledger);
        } catch (error) {
          failed = true;
          throw error;
        }
      }),
    ),
  );
  return proofs.map((each) => {
    if (each.status === 'rejected') throw each.reason;
    return each.value;
  });
}

async function proveOne(
  verdict: AccountVerdict,
  name: string,
  { side, request, probeUser }: Proof,
  tools: RunTools,
  ledger: Ledger,
): Promise<AccountVerdict> {
  const { account } = verdict;
  const group = await makeSideGroup({ ...side, name }, tools, ledger);
  await bindAccounts([account], [...account.groupIds, group.id], tools);
  const key = await probeUser.keyFor(group.id, 'self_service');
  const startedAt = tools.clock.now();
  let answer: GatewayAnswer<void>;
  for (let pause = 250; ; pause *= 2) {
    answer = await tools.host.gateway.complete(key, request, tools.stop);
    const over = tools.clock.now() - startedAt + pause > patienceMs;
    if (answer.ok || !answer.retryable || over || tools.stop.aborted) break;
    await tools.clock.sleep(pause, tools.stop);
  }
  await bindAccounts([account], account.groupIds, tools);
  await undo(
    ledger.deeds.filter((deed) => deed.kind === 'group' && deed.id === group.id),
    tools,
    ledger,
  );
  const now = (await tools.host.reads.account(account.id)) ?? account;
  return judgeAlone({ ...verdict, account: now }, answer);
}

function judgeAlone(verdict: AccountVerdict, answer: GatewayAnswer<void>): AccountVerdict {
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
