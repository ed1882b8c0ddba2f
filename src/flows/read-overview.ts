import { inStage, type RunTools } from '../apply/run-tools.ts';
import { counted } from '../core/counted.ts';
import type { Account } from '../host/account.ts';
import { namedHost } from '../host/host.ts';
import { overviewOf, type Overview } from '../plan/overview.ts';
import { takeSnapshot } from './read-status.ts';

/** All accounts of the host, of whichever provider. Sends nothing but reads. */
export function lookAtAccounts(tools: RunTools): Promise<Account[]> {
  return inStage(
    tools,
    'plan',
    'Look',
    () => tools.host.reads.accounts(),
    (all) => ({ ok: true, text: counted(all.length, 'account') }),
  );
}

/** What relay manages on the host, whatever provider it is of. Sends nothing but reads. */
export async function readOverview(tools: RunTools): Promise<Overview> {
  const found = await inStage(
    tools,
    'plan',
    'Look',
    async () => overviewOf(await takeSnapshot(tools)),
    ({ providers }) => ({ ok: true, text: counted(providers.length, 'provider') }),
  );
  return { schema: 'relay.overview/1', host: namedHost(tools.host.info), ...found };
}
