import { ChangeLog } from '../apply/change-log.ts';
import type { Leftover } from '../apply/leftover.ts';
import type { RunTools } from '../apply/run-tools.ts';
import type { LeftClient } from '../host/client-keys.ts';
import { problem, type Problem } from '../core/relay-error.ts';
import { ClientKeys } from '../apply/client-keys.ts';

/** The client of a run that nobody knows here may be at work for so long, in milliseconds. */
const maxWorkMs = 3_600_000;

/** Clients of other runs: those whose run is over, and those of which that cannot be told. */
export interface LeftClients {
  orphans: LeftClient[];
  unclear: LeftClient[];
}

/**
 * Tells apart the clients for gateway checks that interrupted runs have left: a run that is known here is over unless it is
 * at work; one that is not, as on another machine, is over once its client is older than an hour by the host's own clock.
 */
export async function leftClients(ownRun: string, tools: RunTools): Promise<LeftClients> {
  const left: LeftClients = { orphans: [], unclear: [] };
  const { clientKeys } = tools.host;
  if (clientKeys === null) return left;
  for (const client of await clientKeys.all()) {
    const { run, createdAt } = client;
    if (client.name === clientKeys.of(ownRun).name) continue;
    const phase = await tools.phaseOf(run);
    const isOld = createdAt !== null && tools.host.time() - createdAt > maxWorkMs;
    if (phase === 'ended' || (phase === 'unknown' && isOld)) left.orphans.push(client);
    else if (phase === 'unknown') left.unclear.push(client);
  }
  return left;
}

/** Removes such clients, with all that belongs to them. Returns those that could not be removed. */
export async function removeLeftClients(orphans: readonly { run: string }[], tools: RunTools): Promise<Leftover[]> {
  const left: Leftover[] = [];
  for (const { run } of orphans) {
    if (tools.stop.aborted) continue;
    left.push(...(await new ClientKeys(run, tools, new ChangeLog(tools.journal), true).remove()));
  }
  return left;
}

/** What is said of clients of other runs that could not be removed. */
export function stayingClients(left: readonly Leftover[]): Problem[] {
  return left.map(({ kind, name, command }) =>
    problem('PROBE_LEFT_BEHIND', `The ${kind} "${name}" of an interrupted run could not be removed: ${command ?? ''}`),
  );
}

/** What is said of clients that may belong to a run at work, by what the host calls them. */
export function unclearClients(kind: string, unclear: readonly LeftClient[]): Problem[] {
  return unclear.map(({ id, name }) =>
    problem(
      'PROBE_USER_LEFT',
      `The ${kind} "${name}" (${id}) is of a run that is not known here; it may be at work on another machine.`,
    ),
  );
}
