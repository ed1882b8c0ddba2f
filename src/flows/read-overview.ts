import { inStage, type RunTools } from '../apply/run-tools.ts';
import { counted } from '../core/counted.ts';
import { namedHost } from '../host/host.ts';
import { overviewOf, type Overview } from '../plan/overview.ts';
import { takeHeld } from './read-status.ts';

/** What relay manages on the host, whatever provider it is of. Sends nothing but reads. */
export async function readOverview(tools: RunTools): Promise<Overview> {
  const found = await inStage(
    tools,
    'plan',
    'Look',
    async () => overviewOf(await takeHeld(tools)),
    ({ providers }) => ({ ok: true, text: counted(providers.length, 'provider') }),
  );
  return { schema: 'relay.overview/1', host: namedHost(tools.host.info), ...found };
}
