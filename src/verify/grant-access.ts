import type { Ledger } from '../apply/ledger.ts';
import { performWrite, UnsettledWrite } from '../apply/perform-write.ts';
import type { RunTools } from '../apply/run-tools.ts';
import type { Id } from '../host/objects.ts';
import type { SubscriptionStep } from '../plan/import-plan.ts';
import { RelayError } from '../terms/relay-error.ts';

/** How giving one user access ended. */
export interface SubscriptionResult {
  user: string;
  userId: Id;
  days: number;
  outcome: 'created' | 'reused' | 'extended' | 'failed';
  expiresAt: number | null;
  message: string | null;
  /** Set when nobody can tell whether the user has it. */
  lost: UnsettledWrite | null;
}

/**
 * Gives each user the subscription (rule B22), and adds what became of it to `results`. A failure ends it when
 * `endsOnFailure`, and else only marks its user.
 */
export async function grantAccess(
  steps: readonly SubscriptionStep[],
  groupId: Id,
  endsOnFailure: boolean,
  tools: RunTools,
  ledger: Ledger,
  results: SubscriptionResult[],
): Promise<void> {
  for (const step of steps) {
    const base = { user: step.user.email, userId: step.user.id, days: step.days };
    try {
      results.push({ ...base, ...(await grant(step, groupId, tools, ledger)), message: null, lost: null });
    } catch (error) {
      if (!(error instanceof RelayError) || error.code === 'INTERRUPTED' || error.code === 'DEADLINE_PASSED')
        throw error;
      results.push({
        ...base,
        outcome: 'failed',
        expiresAt: null,
        message: error.message,
        lost: error instanceof UnsettledWrite ? error : null,
      });
      if (endsOnFailure) return;
    }
  }
}

async function grant(
  step: SubscriptionStep,
  groupId: Id,
  tools: RunTools,
  ledger: Ledger,
): Promise<Pick<SubscriptionResult, 'outcome' | 'expiresAt'>> {
  const { reads, writes } = tools.host;
  const current = async () =>
    (await reads.subscriptionsOfUser(step.user.id)).find((each) => each.groupId === groupId && each.active);
  const name = step.user.email;
  if (step.action === 'reuse') return { outcome: 'reused', expiresAt: step.expiresAt };
  if (step.action === 'create') {
    const made = await performWrite(
      {
        kind: 'subscription',
        name,
        what: `give ${name} the subscription`,
        stage: 'access',
        send: () => writes.assignSubscription(step.user.id, groupId, step.days),
        look: current,
      },
      tools,
    );
    const { id, expiresAt } = made;
    ledger.record({ kind: 'subscription', action: 'created', id, name, groupId, expiresAt });
    return { outcome: 'created', expiresAt: made.expiresAt };
  }
  const before = (await reads.subscriptionsOfUser(step.user.id)).find((each) => each.id === step.id)?.expiresAt ?? 0;
  const look = async () =>
    (await reads.subscriptionsOfUser(step.user.id)).find(
      (each) => each.id === step.id && each.active && each.expiresAt > before,
    );
  // The earlier end is noted before it is changed, since it is lost after it.
  const deed = {
    kind: 'subscription',
    action: 'extended',
    id: step.id,
    name,
    groupId,
    expiresAt: before,
    byDays: step.byDays,
    wasActive: step.wasActive,
  } as const;
  ledger.record(deed);
  const made = await performWrite(
    {
      kind: 'subscription',
      name,
      what: `extend the subscription of ${name}`,
      stage: 'access',
      send: () => writes.extendSubscription(step.id, step.byDays, tools.clock.randomHex(16)),
      look,
    },
    tools,
  ).catch((error: unknown) => {
    if (error instanceof RelayError && error.code === 'WRITE_REFUSED') ledger.takenBack([deed]);
    throw error;
  });
  return { outcome: 'extended', expiresAt: made.expiresAt };
}
