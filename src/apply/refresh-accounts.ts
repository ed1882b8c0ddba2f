import type { Account } from '../host/account.ts';
import { shortInTurn } from './host-pace.ts';
import type { RunTools } from './run-tools.ts';

/** How long a host may take to write down what it learnt, in milliseconds. */
const settleMs = 1100;

/**
 * Makes a host that may have missed what its accounts learnt look at them again, a second after they learnt it. Best
 * effort: the gateway check that follows tells whether it was enough.
 */
export async function refreshAccounts(accounts: readonly Account[], tools: RunTools): Promise<void> {
  const { host, clock, stop } = tools;
  if (!host.info.capabilities.refreshAfterDiscovery || accounts.length === 0 || stop.aborted) return;
  await clock.sleep(settleMs, stop);
  await Promise.all(
    accounts.map((account) =>
      shortInTurn(async () => (stop.aborted ? undefined : host.writes.refreshAccount(account)), tools),
    ),
  );
}
