import type { RunTools } from '../apply/run-tools.ts';
import type { Account, Id } from '../host/account.ts';
import { lookAgain } from './look-again.ts';

/**
 * Pauses between two looks at what the accounts have learnt, in milliseconds: the first, the longest, and that from which on
 * all are looked at each time.
 */
const pauses = { first: 25, stuck: 400, longest: 1500 };

/** From so many accounts on, some are tested while others learn: looking at all of them three times costs less then. */
const many = 64;

/**
 * Waits while the host finds out what the upstream of each account can do: a test before that would be of the wrong thing.
 * Hosts begin with the first account, so a later one is asked for, and all are looked at once that is through. The returned
 * function waits for one of them, no longer than the host may take.
 */
export function capabilityWatch(
  accounts: readonly Account[],
  { host, clock, stop }: RunTools,
): (id: Id) => Promise<void> {
  const discovering = new Map(
    accounts.filter((account) => account.discovering).map((account) => [account.id, { account, ...deferred() }]),
  );
  const release = (isDone: (id: Id) => boolean) => {
    for (const [id, { resolve }] of discovering) {
      if (!isDone(id)) continue;
      resolve();
      discovering.delete(id);
    }
  };
  const watch = async () => {
    const until = clock.now() + host.info.capabilities.discoveryMs;
    let pause = pauses.first;
    const few = Math.max(many, discovering.size / 4);
    for (let next = pilotOf(discovering, few); next !== undefined && clock.now() < until && !stop.aborted;) {
      // One that never learns must not keep the others waiting.
      const isStuck = pause >= pauses.stuck;
      const waits = !isStuck && (await host.reads.account(next))?.discovering === true;
      if (!waits) {
        const still = [...discovering.values()].map(({ account }) => account);
        const now = await lookAgain(still, host);
        release((id) => now.get(id)?.discovering !== true);
        next = pilotOf(discovering, few);
      }
      if (!waits && (!isStuck || next === undefined)) continue;
      await clock.sleep(pause, stop);
      pause = Math.min(Math.ceil(pause * 1.25), pauses.longest);
    }
    release(() => true);
  };
  const waits = new Map([...discovering].map(([id, { promise }]) => [id, promise]));
  watch().catch((failure: unknown) => {
    for (const { reject } of discovering.values()) reject(failure);
  });
  return async (id) => waits.get(id);
}

/** The last one; of many, that in the middle, so that there is something to test meanwhile. */
function pilotOf(discovering: ReadonlyMap<Id, unknown>, few: number): Id | undefined {
  const ids = [...discovering.keys()];
  return ids.length > few ? ids[Math.floor(ids.length / 2)] : ids.at(-1);
}

function deferred(): { promise: Promise<void>; resolve: () => void; reject: (cause: unknown) => void } {
  let resolve = (): void => undefined;
  let reject = (_cause: unknown): void => undefined;
  const promise = new Promise<void>((done, failed) => {
    resolve = done;
    reject = failed;
  });
  // Whoever never waits for it must not be told of its failure.
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
