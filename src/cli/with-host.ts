import { noJournal } from '../apply/journal.ts';
import { untilLockIsLost } from '../apply/lost-lock.ts';
import { inStage, throwIfStopped, type RunTools } from '../apply/run-tools.ts';
import type { HostSettings } from '../config/host-settings.ts';
import type { Host } from '../host/host.ts';
import { systemClock } from '../terms/clock.ts';
import type { Redactor } from '../terms/redactor.ts';
import { confirmHost } from './confirm-host.ts';
import type { EventQueue } from './event-queue.ts';
import { lockHolder } from './hold-lock.ts';
import { openHost, type HostSession } from './host-session.ts';
import { runFate } from './run-fate.ts';
import type { SayFlags } from './import-flags.ts';
import type { Io } from './io.ts';
import { watch } from './watch.ts';

/** Which host, and how long one request and the whole command may take. */
export interface HostRequest {
  settings: HostSettings;
  timeoutMs: number;
  deadlineMs: number | undefined;
}

/** A host that is open for as long as a command works with it. */
export interface AtHost {
  tools: RunTools;
  /** The address of the embedded vendor, when the host is the embedded one. */
  vendorUrl: HostSession['vendorUrl'];
  stages: EventQueue['stages'];
  /** Resolves when everything that was emitted is shown. */
  idle: () => Promise<void>;
  redactor: Redactor;
  /** Holds the locks of a provider until the command ends. */
  hold: (provider: string, run: string) => Promise<void>;
}

/**
 * Opens the host, shows what happens, listens to signals and the deadline, and gives everything back when the work has
 * ended. Throws what stops it before the work begins, and what the work throws.
 */
export async function withHost<Result>(
  { settings, ...limits }: HostRequest,
  flags: SayFlags,
  io: Io,
  redactor: Redactor,
  work: (at: AtHost) => Promise<Result>,
): Promise<Result> {
  await confirmHost(settings, flags, io);
  return watch(limits, flags, io, redactor, async ({ events, stop, endEarly, session, atEnd }) => {
    const base = { clock: systemClock, emit: events.emit, journal: noJournal, stop };
    const { host, vendorUrl, close } = await inStage(
      base,
      'connect',
      'Connect',
      () => openHost(settings, session),
      ({ host: { info } }) => ({ ok: true, text: `${info.kind} ${info.version} at ${info.url}` }),
    );
    atEnd(close);
    throwIfStopped(base);
    const guarded = (each: Host): Host => ({
      ...each,
      writes: untilLockIsLost(each.writes, stop),
      until: (signal) => guarded(each.until(signal)),
    });
    const whole = guarded(host);
    const fateOf = (run: string) => runFate(io, run);
    const tools = { ...base, host: whole.until(stop), base: whole, fateOf };
    const hold = lockHolder(io, tools, endEarly);
    return work({
      tools,
      vendorUrl,
      stages: events.stages,
      redactor,
      idle: () => events.idle(),
      hold: async (provider, run) => atEnd(await hold(provider, run)),
    });
  });
}
