import type { ChangeLog } from './change-log.ts';
import { extended, grantDriver, type GrantState } from './drivers/grant.ts';
import { isOfOne } from './ends-run.ts';
import { create, edit } from './make-change.ts';
import { UnresolvedWrite } from './perform-write.ts';
import type { RunTools } from './run-tools.ts';
import type { Id } from '../host/account.ts';
import type { GrantPort } from '../host/grants.ts';
import type { Host } from '../host/host.ts';
import type { GrantStep } from '../plan/import-plan.ts';
import { RelayError } from '../core/relay-error.ts';

/** How giving one user access ended. */
export interface GrantResult {
  /** What the host calls it. */
  kind: string;
  user: string;
  userId: Id;
  /** `null` where it does not end by itself. */
  days: number | null;
  outcome: 'created' | 'reused' | 'extended' | 'failed';
  expiresAt: number | null;
  message: string | null;
  /** Set when nobody can tell whether the user has it. */
  lost: UnresolvedWrite | null;
}

/**
 * Gives each user access (rule B22), and adds what became of it to `results`. A failure ends it when
 * `endsOnFailure`, and else only marks its user.
 */
export async function grantAccess(
  steps: readonly GrantStep[],
  place: Id,
  endsOnFailure: boolean,
  tools: RunTools,
  log: ChangeLog,
  results: GrantResult[],
): Promise<void> {
  for (const step of steps) {
    const base = { kind: step.kind, user: step.user.email, userId: step.user.id, days: step.days };
    try {
      results.push({ ...base, ...(await grant(step, place, tools, log)), message: null, lost: null });
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
  step: GrantStep,
  place: Id,
  tools: RunTools,
  log: ChangeLog,
): Promise<Pick<GrantResult, 'outcome' | 'expiresAt'>> {
  const { id: userId, email: name } = step.user;
  if (step.action === 'reuse') return { outcome: 'reused', expiresAt: step.expiresAt };
  if (step.action === 'create') {
    const { days } = step;
    const { expiresAt } = await create(
      driverOf,
      { name, after: { userId, place, expiresAt: null, days, active: true } },
      {
        what: `give ${name} the ${step.kind}`,
        stage: 'access',
        send: (host) => portOf(host).give(userId, place, days),
      },
      tools,
      log,
    );
    return { outcome: 'created', expiresAt };
  }
  const { id, byDays, wasActive } = step;
  const now = (await portOf(tools.host).ofUser(userId)).find((each) => each.id === id);
  if (now === undefined)
    throw new RelayError('WRITE_REFUSED', `The subscription of ${name} is gone since the plan was made.`);
  const before: GrantState = { userId, place, expiresAt: now.expiresAt, days: null, active: wasActive };
  // One that has expired runs anew from now on; when it ends then is the host's to say.
  const after = wasActive ? extended(before, byDays) : { ...before, expiresAt: null, active: true };
  const [made] = await edit(
    driverOf,
    [{ id, name, before, after }],
    {
      what: `extend the subscription of ${name}`,
      stage: 'access',
      send: (host) => portOf(host).extend(id, byDays, tools.clock.randomHex(16)),
    },
    tools,
    log,
  );
  return { outcome: 'extended', expiresAt: made?.expiresAt ?? null };
}

const driverOf = (host: Host) => grantDriver(portOf(host));

function portOf({ grants }: Host): GrantPort {
  if (grants === null) throw new RelayError('INTERNAL', 'This host gives access to no user.');
  return grants;
}
