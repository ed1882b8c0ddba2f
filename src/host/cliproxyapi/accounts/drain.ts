import { joinCalls } from '../../../core/join-calls.ts';
import type { Secret } from '../../../core/secrets/secret.ts';
import type { ApiClient } from '../../http/api-client.ts';
import { HostFailure } from '../../host-failure.ts';
import { management } from '../api/client.ts';
import { usageWire } from '../api/wire.ts';
import type { HostLists } from '../lists/host-lists.ts';

/** For how long a removed key is waited for that serves still, and between two looks, in milliseconds. */
const patienceMs = 600_000;
const pauses = { first: 200, longest: 5000 };

/**
 * Waits until keys that were taken out of a list serve nobody any more: the host works removals off one by one, and each costs
 * more the more keys it has. What the host does not tell is not waited for, nor is a key that stands in a list still, since
 * others have it as well.
 */
export class Drain {
  readonly #client: ApiClient;
  readonly #lists: HostLists;
  /** Asked for once by all who want to know at the same time: the answer is as long as all keys. */
  readonly #leaving = joinCalls(() => this.#read());

  constructor(client: ApiClient, lists: HostLists) {
    this.#client = client;
    this.#lists = lists;
  }

  /** Resolves when the key is live no more. */
  async wait(key: Secret): Promise<void> {
    const { clock } = this.#client.http;
    const until = clock.now() + patienceMs;
    for (let pause = pauses.first; clock.now() < until; pause = Math.min(pause * 2, pauses.longest)) {
      const leaving = await this.#leaving();
      if (leaving === undefined || !leaving.has(key.open())) return;
      await this.#client.pause(pause);
    }
  }

  /** The keys that serve and stand in no list. */
  async #read(): Promise<ReadonlySet<string> | undefined> {
    try {
      const usage = await this.#client.get(`${management}/api-key-usage`, usageWire);
      // Address and key stand in one name, and addresses hold no such bar.
      const names = Object.values(usage).flatMap((keys) => Object.keys(keys));
      const leaving = new Set(names.map((name) => name.slice(name.indexOf('|') + 1)));
      for (const { keys } of await this.#lists.units()) for (const { key } of keys) leaving.delete(key.open());
      return leaving;
    } catch (failure) {
      if (failure instanceof HostFailure) return undefined;
      throw failure;
    }
  }
}
