import type { ChangeLog } from '../apply/change-log.ts';
import { extended } from '../apply/drivers/subscription.ts';
import { isOfOne } from '../apply/ends-run.ts';
import { create, edit } from '../apply/make-change.ts';
import { UnresolvedWrite } from '../apply/perform-write.ts';
import type { RunTools } from '../apply/run-tools.ts';
import type { Id } from '../host/objects.ts';
import type { SubscriptionStep } from '../plan/import-plan.ts';
import { RelayError } from '../core/relay-error.ts';

/** How giving one user access ended. */
export interface SubscriptionResult {
  user: string;
  userId: Id;
  days: number;
  outcome: 'created' | 'reused' | 'extended' | 'failed';
  expiresAt: number | null;
  message: string | null;
  /** Set when nobody can tell whether the user has it. */
  lost: UnresolvedWrite | null;
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
  log: ChangeLog,
  results: SubscriptionResult[],
): Promise<void> {
  for (const step of steps) {
    const base = { user: step.user.email, userId: step.user.id, days: step.days };
    try {
      results.push({ ...base, ...(await grant(step, groupId, tools, log)), message: null, lost: null });
    } catch (error) {
      if (!isOfOne(error)) throw error;
      results.push({
        ...base,
        outcome: 'failed',
        expiresAt: null,
        message: error.message,
        lost: error instanceof UnresolvedWrite ? error : null,
      });
      if (endsOnFailure) return;
    }
  }
}

async function grant(
  step: SubscriptionStep,
  groupId: Id,
  tools: RunTools,
  log: ChangeLog,
): Promise<Pick<SubscriptionResult, 'outcome' | 'expiresAt'>> {
  const { id: userId, email: name } = step.user;
  if (step.action === 'reuse') return { outcome: 'reused', expiresAt: step.expiresAt };
  if (step.action === 'create') {
    const { days } = step;
    const { expiresAt } = await create(
      'subscription',
      { name, after: { userId, groupId, expiresAt: null, days, active: true } },
      {
        what: `give ${name} the subscription`,
        stage: 'access',
        send: ({ writes }) => writes.assignSubscription(userId, groupId, days),
      },
      tools,
      log,
    );
    return { outcome: 'created', expiresAt };
  }
  const { id, byDays, wasActive } = step;
  const now = (await tools.host.reads.subscriptionsOfUser(userId)).find((each) => each.id === id);
  if (now === undefined)
    throw new RelayError('WRITE_REFUSED', `The subscription of ${name} is gone since the plan was made.`);
  const before = { userId, groupId, expiresAt: now.expiresAt, days: null, active: wasActive };
  // One that has expired runs anew from now on; when it ends then is the host's to say.
  const after = wasActive ? extended(before, byDays) : { ...before, expiresAt: null, active: true };
  const [made] = await edit(
    'subscription',
    [{ id, name, before, after }],
    {
      what: `extend the subscription of ${name}`,
      stage: 'access',
      send: ({ writes }) => writes.extendSubscription(id, byDays, tools.clock.randomHex(16)),
    },
    tools,
    log,
  );
  return { outcome: 'extended', expiresAt: made?.expiresAt ?? null };
}
