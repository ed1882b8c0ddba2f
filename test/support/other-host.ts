import type { Sub2apiReads, Sub2apiWrites } from '../../src/host/sub2api/admin-port.ts';
import { sub2apiHost, type Sub2apiHost } from '../../src/host/sub2api/sub2api-host.ts';
import { toolsOver, type Sub2apiTools } from './sub2api-tools.ts';

/** Puts something between a run and its host: a host that lies, is slow, or is changed by others meanwhile. */
export function otherHost(
  change: (host: Sub2apiHost) => {
    writes?: Partial<Sub2apiWrites>;
    reads?: Partial<Sub2apiReads>;
    time?: () => number;
  },
): (tools: Sub2apiTools) => Sub2apiTools {
  return ({ parts, ...tools }) => {
    const { writes, time = parts.time } = change(sub2apiHost(parts));
    const asking: typeof parts.asking = (signal) => {
      const asked = parts.asking(signal);
      const { reads } = change(sub2apiHost(parts, signal));
      return { ...asked, reads: { ...asked.reads, ...reads } };
    };
    return toolsOver({ ...parts, time, asking, writes: { ...parts.writes, ...writes } }, tools);
  };
}
