import { HostFailure, onceSent } from '../../host-failure.ts';
import type { ApiClient } from '../../http/api-client.ts';

/** How often a change must be seen in a row until it counts as kept, and how long between two looks, in milliseconds. */
const looks = 5;
const lookMs = 100;

/** How long it is looked for, in milliseconds, and how often it is written again when it has vanished. */
const patienceMs = 30_000;
const maxWrites = 6;

/**
 * Writes, and looks until the host keeps it; writes again what has vanished. `look` says whether list and file show it, and
 * nothing where the file is being written, which shows as an empty one. Throws what writing throws; once that was sent, all
 * that a host can cause is unknown.
 */
export async function writeUntilKept(
  list: string,
  client: ApiClient,
  { send, look }: { send: () => Promise<void>; look: () => Promise<boolean | undefined> },
): Promise<void> {
  await send();
  await onceSent(async () => {
    for (let writes = 1; !(await stays(client, look)); writes += 1) {
      if (writes === maxWrites) throw notKept(list);
      await send();
    }
  });
}

/** Whether it is seen so often in a row; not where it has vanished. */
async function stays(client: ApiClient, look: () => Promise<boolean | undefined>): Promise<boolean> {
  const { clock } = client.http;
  const until = clock.now() + patienceMs;
  let missed = 0;
  for (let seen = 0; seen < looks;) {
    const isSeen = await look();
    if (isSeen === true) seen += 1;
    else if (isSeen === false) {
      seen = 0;
      missed += 1;
    }
    if (missed >= looks || clock.now() > until) return false;
    if (seen < looks) await client.pause(lookMs);
  }
  return true;
}

function notKept(list: string): HostFailure {
  return new HostFailure('HOST_FAILED', `The host did not keep a change of ${list} that it had answered with 200.`, {
    delivery: 'unknown',
    transient: false,
    hint: 'Something else writes to the configuration of the host at the same time: stop it, and run the same again.',
  });
}
