import { hostPace } from '../../src/apply/host-pace.ts';
import type { RunTools } from '../../src/apply/run-tools.ts';
import { sub2apiHost, type Sub2apiHost, type Sub2apiParts } from '../../src/host/sub2api/sub2api-host.ts';

/** The tools of a run on a sub2api host, with what that host is made of: nothing goes past what is put in between there. */
export interface Sub2apiTools extends RunTools {
  host: Sub2apiHost;
  base: Sub2apiHost;
  parts: Sub2apiParts;
}

/** The same tools on a host that is made of these parts. */
export function toolsOver(parts: Sub2apiParts, tools: Omit<RunTools, 'host' | 'base' | 'calls'>): Sub2apiTools {
  const calls = hostPace(parts.info.capabilities, tools.clock);
  return { ...tools, calls, parts, host: sub2apiHost(parts, tools.stop), base: sub2apiHost(parts) };
}
