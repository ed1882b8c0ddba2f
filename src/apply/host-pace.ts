import type { Clock } from '../core/clock.ts';
import { Pace, type PaceEnd } from '../core/pace/pace.ts';
import type { Capabilities } from '../host/capabilities.ts';
import { HostFailure, type WriteResult } from '../host/host-failure.ts';
import type { RunTools } from './run-tools.ts';

/** How many requests to a host begin side by side. */
const start = 4;

/** The pace of what a host does by itself: making and removing accounts, and looking at single ones. */
export function hostPace({ atOnce }: Capabilities, clock: Pick<Clock, 'now' | 'sleep'>): Pace {
  return new Pace({ start: Math.min(start, atOnce.calls), most: atOnce.calls }, clock);
}

type Tools = Pick<RunTools, 'calls' | 'clock'>;

/** Sends a request about one account in its turn, also when the run was told to stop. Throws what sending throws. */
export async function shortInTurn<T>(send: () => Promise<T>, { calls, clock }: Tools): Promise<T> {
  return inTurn(async () => {
    const startedAt = clock.now();
    const result = await send();
    calls.felt(clock.now() - startedAt);
    return result;
  }, calls);
}

/** The same for a request that takes as long as what it holds, or as somebody else. */
export function longInTurn<T>(send: () => Promise<T>, { calls }: Tools): Promise<T> {
  return inTurn(send, calls);
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
