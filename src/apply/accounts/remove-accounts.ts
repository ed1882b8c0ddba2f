import { HostFailure } from '../../host/host-failure.ts';
import type { Account, Id } from '../../host/account.ts';
import type { ChangeLog } from '../change-log.ts';
import { wholeState } from '../drivers/account-state.ts';
import { isOfOne } from '../ends-run.ts';
import { shortInTurn } from '../host-pace.ts';
import type { Leftover } from '../leftover.ts';
import { unstopped, type RunTools } from '../run-tools.ts';
import { setEnabled } from './set-enabled.ts';
import { undo } from '../undo/undo.ts';

/** Pauses before the rounds in which what is still there is tried again, in milliseconds. */
const roundPauses = [0, 1000, 4000];

/** From out of service to removed, in milliseconds. */
const settleMs = 1000;

/**
 * Removes accounts in the given order and looks whether they are gone: an answer alone proves nothing. Each is in the
 * journal before it goes, since it cannot come back. When the run is told to stop, the rest is left. What is left, for
 * whatever reason, serves again as it did before, unless it is dead; `leftovers` names what could not be put back.
 */
export async function removeAccounts<T extends { id: Id; name: string }>(
  steps: readonly T[],
  tools: RunTools,
  log: ChangeLog,
  are: 'unwanted' | 'dead' = 'unwanted',
): Promise<{ removed: T[]; left: T[]; leftovers: Leftover[] }> {
  if (steps.length === 0) return { removed: [], left: [], leftovers: [] };
  const { lastSeq } = log;
  const were = new Map((await unstopped(tools).host.reads.accounts()).map((account) => [account.id, account]));
  await takeOut(
    steps.flatMap(({ id }) => were.get(id) ?? []),
    tools,
    log,
  );
  let left = [...steps];
  for (const pause of roundPauses) {
    if (left.length === 0 || (tools.stop.aborted && pause > 0)) break;
    if (pause > 0) await tools.clock.sleep(pause, tools.stop);
    await Promise.all(left.map((step) => remove(step, were.get(step.id), tools)));
    left = await stillThere(left, tools);
  }
  const leftIds = new Set(left.map((step) => step.id));
  const removed = steps.filter((step) => !leftIds.has(step.id));
  const ids = new Set(removed.map((step) => step.id));
  const made = new Set(
    log.changes.flatMap(({ kind, action, id }) => (kind === 'account' && action === 'created' ? [id] : [])),
  );
  // What was changed of an account went with it.
  await log.revert(
    log.changes.filter((change) => change.kind === 'account' && change.id !== null && ids.has(change.id)),
  );
  const lost = removed.filter(({ id }) => !made.has(id));
  await tools.journal.note(...lost.map(({ id, name }) => ({ type: 'removed' as const, id, name })));
  const pauses = log.changes.filter(
    ({ kind, id, seq }) => kind === 'account' && id !== null && leftIds.has(id) && seq > lastSeq,
  );
  const { leftovers } = are === 'unwanted' && pauses.length > 0 ? await undo(pauses, tools, log) : { leftovers: [] };
  return { removed, left, leftovers };
}

/**
 * Out of service first, then a moment for requests under way: seen on a running host, where one in a thousand was refused
 * while accounts that served were deleted. Where the host does not do it, they go all the same.
 */
async function takeOut(accounts: readonly Account[], tools: RunTools, log: ChangeLog): Promise<void> {
  if (tools.stop.aborted || !tools.host.info.capabilities.disable.possible) return;
  const serving = accounts.filter(({ enabled }) => enabled);
  if (serving.length === 0) return;
  try {
    await setEnabled(serving, false, tools, log);
  } catch (error) {
    if (!isOfOne(error)) throw error;
  }
  await tools.clock.sleep(settleMs, tools.stop);
}

async function remove(
  { id, name }: { id: Id; name: string },
  account: Account | undefined,
  tools: RunTools,
): Promise<void> {
  // It was gone before.
  if (account === undefined) return;
  const { host, journal, stop } = tools;
  const { platform } = account;
  try {
    await shortInTurn(async () => {
      if (stop.aborted) return undefined;
      await journal.note({ type: 'removing', id, name, platform, before: wholeState(account) });
      // How it ends is not asked here; looking tells.
      return host.writes.deleteAccount(id);
    }, tools);
  } catch (failure) {
    if (!(failure instanceof HostFailure)) throw failure;
  }
}

async function stillThere<T extends { id: Id }>(steps: readonly T[], tools: RunTools): Promise<T[]> {
  try {
    const there = new Set((await unstopped(tools).host.reads.accounts()).map((account) => account.id));
    return steps.filter((step) => there.has(step.id));
  } catch (failure) {
    if (failure instanceof HostFailure) return [...steps];
    throw failure;
  }
}
