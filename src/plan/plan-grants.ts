import type { Id } from '../host/account.ts';
import type { User } from '../host/grants.ts';
import type { Provider } from '../pack/manifest.ts';
import { validityInDays } from '../pack/validity.ts';
import { counted } from '../core/counted.ts';
import { problem, type Problem } from '../core/relay-error.ts';
import type { Target } from '../core/target.ts';
import type { GrantStep } from './import-plan.ts';
import type { HostSnapshot, Desired } from './observed.ts';

const dayMs = 86_400_000;

/** How many days access is given for by the pack: a week is 7, a month 30, and so does one that says nothing. */
export function grantDays(template: Provider['planTemplate']): number {
  if (template === undefined) return 30;
  return validityInDays(template);
}

/** Rule B22: look first; reuse what is active, lengthen what has expired, create what is missing. */
export function planGrants(
  desired: Desired,
  snapshot: HostSnapshot,
  place: Id | null,
): { steps: GrantStep[]; problems: Problem[]; warnings: Problem[] } {
  const steps: GrantStep[] = [];
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  const seen = new Map<string, Target>();
  // Told by the limits of the host, of which there is nobody to look for.
  if (!snapshot.capabilities.grants[desired.access].possible) return { steps, problems, warnings };
  for (const [index, target] of desired.targets.entries()) {
    const user = snapshot.users[index];
    if (user === undefined || !user.active) {
      problems.push(
        problem(
          'USER_NOT_FOUND',
          user === undefined
            ? `The host has no user "${target.asked}".`
            : `The user "${target.asked}" is disabled on the host.`,
        ),
      );
      continue;
    }
    const earlier = seen.get(user.id);
    if (earlier !== undefined) {
      if (earlier.days !== target.days)
        problems.push(
          problem(
            'USER_TWICE',
            `"${earlier.asked}" and "${target.asked}" are one user, for ${daysText(earlier)} and for ${daysText(target)}.`,
          ),
        );
      continue;
    }
    seen.set(user.id, target);
    problems.push(...elsewhere(snapshot, place, target, user));
    const step = stepFor(desired, snapshot, place, target, user);
    steps.push(step);
    if (
      step.action === 'reuse' &&
      step.expiresAt !== null &&
      step.days !== null &&
      Math.abs(step.expiresAt - (snapshot.now + step.days * dayMs)) > dayMs &&
      target.days !== null
    ) {
      warnings.push(
        problem(
          'SUBSCRIPTION_DIFFERS',
          `The subscription of "${target.asked}" ends on ${new Date(step.expiresAt).toISOString().slice(0, 10)}, not ${step.days} days from now; it is left as it is.`,
        ),
      );
    }
  }
  return { steps, problems, warnings };
}

/** What has no days to lengthen, and does not count any more, was taken from the user by somebody else. */
function elsewhere({ grants, capabilities }: HostSnapshot, place: Id | null, { asked }: Target, user: User): Problem[] {
  const own = grants.filter((each) => each.userId === user.id && each.place === place);
  if (capabilities.grantDays.possible || own.length === 0 || own.some(({ active }) => active)) return [];
  const where = user.leaves === undefined ? 'somewhere else' : `in "${user.leaves}"`;
  return [problem('USER_ELSEWHERE', `"${asked}" was given this access before, and is ${where} by now.`)];
}

function daysText({ days }: Target): string {
  if (days === null) return 'the days that the pack gives';
  return counted(days, 'day');
}

function stepFor(desired: Desired, snapshot: HostSnapshot, place: Id | null, target: Target, user: User): GrantStep {
  const ends = snapshot.capabilities.grantDays.possible;
  const days = ends ? (target.days ?? grantDays(desired.provider.planTemplate)) : null;
  const base = { kind: snapshot.words.grant, user, asked: target.asked, days };
  const own = snapshot.grants.filter((each) => each.userId === user.id && each.place === place);
  const existing = own.find((each) => each.active) ?? own[0];
  if (existing === undefined) return { ...base, action: 'create' };
  if (existing.expiresAt === null || days === null)
    return { ...base, action: 'reuse', id: existing.id, expiresAt: existing.expiresAt };
  if (!existing.active) return { ...base, action: 'extend', id: existing.id, byDays: days, wasActive: false };
  // Counted in whole days, so that the same command twice lengthens once.
  const missing = Math.round((snapshot.now + days * dayMs - existing.expiresAt) / dayMs);
  if (desired.extend && missing > 0)
    return { ...base, action: 'extend', id: existing.id, byDays: missing, wasActive: true };
  return { ...base, action: 'reuse', id: existing.id, expiresAt: existing.expiresAt };
}
