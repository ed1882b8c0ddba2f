import { ChangeLog } from '../apply/change-log.ts';
import type { Leftover } from '../apply/leftover.ts';
import type { RunTools } from '../apply/run-tools.ts';
import type { User } from '../host/objects.ts';
import { probeUserEmail, probeUserPrefix, runOfProbeUser } from '../plan/names.ts';
import { problem, type Problem } from '../core/relay-error.ts';
import { ProbeUser } from '../verify/probe-key.ts';

/** A probe user of a run that nobody knows here may be at work for so long, in milliseconds. */
const maxWorkMs = 3_600_000;

/** Probe users of other runs: those whose run is over, and those of which that cannot be told. */
export interface LeftProbeUsers {
  orphans: User[];
  unclear: User[];
}

/**
 * Tells apart the probe users that interrupted runs have left: a run that is known here is over unless it is at work; one
 * that is not, as on another machine, is over once its user is older than an hour by the host's own clock.
 */
export async function leftProbeUsers(ownRun: string, tools: RunTools): Promise<LeftProbeUsers> {
  const left: LeftProbeUsers = { orphans: [], unclear: [] };
  for (const user of await tools.host.reads.usersNamed(probeUserPrefix)) {
    const run = runOfProbeUser(user.email);
    if (run === undefined || user.email === probeUserEmail(ownRun)) continue;
    const phase = await tools.phaseOf(run);
    const isOld = user.createdAt !== null && tools.host.time() - user.createdAt > maxWorkMs;
    if (phase === 'ended' || (phase === 'unknown' && isOld)) left.orphans.push(user);
    else if (phase === 'unknown') left.unclear.push(user);
  }
  return left;
}

/** Removes such users, with their keys and subscriptions. Returns those that could not be removed. */
export async function removeProbeUsers(orphans: readonly Pick<User, 'email'>[], tools: RunTools): Promise<Leftover[]> {
  const left: Leftover[] = [];
  for (const { email } of orphans) {
    const run = runOfProbeUser(email);
    if (run === undefined || tools.stop.aborted) continue;
    left.push(...(await new ProbeUser(run, tools, new ChangeLog(tools.journal), true).remove()));
  }
  return left;
}

/** What is said of probe users of other runs that could not be removed. */
export function stayingProbeUsers(left: readonly Leftover[]): Problem[] {
  return left.map(({ name, command }) =>
    problem('PROBE_LEFT_BEHIND', `The user "${name}" of an interrupted run could not be removed: ${command ?? ''}`),
  );
}

/** What is said of probe users that may belong to a run at work. */
export function unclearProbeUsers(unclear: readonly Pick<User, 'id' | 'email'>[]): Problem[] {
  return unclear.map(({ id, email }) =>
    problem(
      'PROBE_USER_LEFT',
      `The user "${email}" (${id}) is of a run that is not known here; it may be at work on another machine.`,
    ),
  );
}
