import type { RunTools } from '../../src/apply/run-tools.ts';
import type { Host, HostReads, HostWrites } from '../../src/host/host.ts';

/** Puts something between a run and its host: a host that lies, is slow, or is changed by others meanwhile. */
export function otherHost(
  change: (host: Host) => { writes?: Partial<HostWrites>; reads?: Partial<HostReads>; time?: () => number },
): (tools: RunTools) => RunTools {
  const changed = (host: Host): Host => {
    const { writes, reads, time } = change(host);
    return {
      ...host,
      time: time ?? (() => host.time()),
      writes: { ...host.writes, ...writes },
      reads: { ...host.reads, ...reads },
      until: (signal) => changed(host.until(signal)),
    };
  };
  return (tools) => ({ ...tools, host: changed(tools.host), base: changed(tools.base) });
}
