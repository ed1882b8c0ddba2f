import type { Clock } from '../core/clock.ts';
import { Pace, type PaceEnd } from '../core/pace/pace.ts';
import type { Capabilities } from '../host/capabilities.ts';
import { HostFailure, type WriteResult } from '../host/host-failure.ts';
import type { Turns } from '../host/turns.ts';
import type { RunTools } from './run-tools.ts';

/** How many requests to a host begin side by side. */
const start = 4;

/** The pace of what a host does by itself: making and removing accounts, and looking at single ones. */
export function hostPace({ atOnce }: Capabilities, clock: Pick<Clock, 'now' | 'sleep'>): Pace {
  return new Pace({ start: Math.min(start, atOnce.calls), most: atOnce.calls }, clock);
}

type Tools = Pick<RunTools, 'calls' | 'clock' | 'host'>;

/** Sends a request about one account in its turn, also when the run was told to stop. Throws what sending throws. */
export async function shortInTurn<T>(send: () => Promise<T>, tools: Tools): Promise<T> {
  return inTurn(() => felt(tools.calls, send, tools), tools.calls);
}

/** Has a pace feel how long the host takes for a request; not where that may have waited for the limit of the host. */
export async function felt<T>(pace: Pace, send: () => Promise<T>, { clock, host }: Omit<Tools, 'calls'>): Promise<T> {
  const startedAt = clock.now();
  const heldBack = host.budget()?.heldBack;
  const result = await send();
  if (host.budget()?.heldBack === heldBack) pace.felt(clock.now() - startedAt);
  return result;
}

/** The same for a request that takes as long as what it holds, or as somebody else. */
export function longInTurn<T>(send: () => Promise<T>, { calls }: Tools): Promise<T> {
  return inTurn(send, calls);
}

/** Both ways, for a write that asks for many accounts and sends as many requests as the host needs for them. */
export function turnsOf(tools: Tools): Turns {
  return { short: (send) => shortInTurn(send, tools), long: (send) => longInTurn(send, tools) };
}

async function inTurn<T>(send: () => Promise<T>, calls: Pace): Promise<T> {
  const turn = await calls.turn();
  let end: PaceEnd = { signal: 'none' };
  try {
    const result = await send();
    end = endOf(result);
    return result;
  } catch (failure) {
    if (failure instanceof HostFailure) end = endOfFailure(failure);
    throw failure;
  } finally {
    // Where nothing but refusals come, each is sent all the same: its own patience ends it.
    if (turn !== undefined) calls.end(turn, end);
  }
}

function endOf(result: unknown): PaceEnd {
  const { status, failure } = (result ?? {}) as Partial<Extract<WriteResult<unknown>, { status: 'rejected' }>>;
  return status !== undefined && failure instanceof HostFailure ? endOfFailure(failure) : { signal: 'well' };
}

function endOfFailure({ status, retryAfterMs }: HostFailure): PaceEnd {
  if (status === 429) return { signal: 'refused', retryAfterMs };
  return status === 503 ? { signal: 'busy', retryAfterMs } : { signal: 'none' };
}
