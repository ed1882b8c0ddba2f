import pLimit from 'p-limit';
import { HostFailure } from '../host/host-failure.ts';
import type { Id } from '../host/objects.ts';
import type { Ledger } from './ledger.ts';
import type { RunTools } from './run-tools.ts';

/** Pauses before the rounds in which what is still there is tried again, in milliseconds. */
const roundPauses = [0, 1000, 4000];

const atOnce = 4;

/** From out of service to removed, in milliseconds. */
const settleMs = 1000;

/**
 * Removes accounts in the given order and looks whether they are gone: an answer alone proves nothing. Each is in the
 * journal before it goes, since it cannot come back. When the run is told to stop, the rest is left.
 */
export async function removeAccounts<T extends { id: Id; name: string }>(
  steps: readonly T[],
  tools: RunTools,
  ledger: Ledger,
): Promise<{ removed: T[]; left: T[] }> {
  let left = [...steps];
  await pauseAll(steps, tools);
  for (const pause of roundPauses) {
    if (left.length === 0 || (tools.stop.aborted && pause > 0)) break;
    if (pause > 0) await tools.clock.sleep(pause, tools.stop);
    const limit = pLimit(atOnce);
    await Promise.all(left.map((step) => limit(() => remove(step, tools))));
    left = await stillThere(left, tools);
  }
  const leftIds = new Set(left.map((step) => step.id));
  const removed = steps.filter((step) => !leftIds.has(step.id));
  const made = ledger.deeds.filter((deed) => deed.kind === 'account' && removed.some((step) => step.id === deed.id));
  ledger.takenBack(made);
  for (const { id, name } of removed)
    if (!made.some((deed) => deed.action === 'created' && deed.id === id))
      tools.journal.note({ type: 'removed', id, name });
  return { removed, left };
}

/**
 * Out of service at once, then a moment for requests under way: seen on a running host, where one in a thousand was refused
 * while accounts that served were deleted. Best effort, since they go all the same.
 */
async function pauseAll(steps: readonly { id: Id }[], { host, clock, stop }: RunTools): Promise<void> {
  if (steps.length === 0 || stop.aborted) return;
  await host.writes.pauseAccounts(steps.map((step) => step.id));
  await clock.sleep(settleMs, stop);
}

async function remove({ id, name }: { id: Id; name: string }, { host, journal, stop }: RunTools): Promise<void> {
  if (stop.aborted) return;
  journal.note({ type: 'removing', id, name });
  try {
    // How it ends is not asked here; looking tells.
    await host.writes.deleteAccount(id);
  } catch (failure) {
    if (!(failure instanceof HostFailure)) throw failure;
  }
}

async function stillThere<T extends { id: Id }>(steps: readonly T[], { host }: RunTools): Promise<T[]> {
  try {
    const there = new Set((await host.reads.accounts()).map((account) => account.id));
    return steps.filter((step) => there.has(step.id));
  } catch (failure) {
    if (failure instanceof HostFailure) return [...steps];
    throw failure;
  }
}
