import { noJournal } from '../apply/journal.ts';
import { inStage, throwIfStopped, type RunTools } from '../apply/run-tools.ts';
import type { HostSettings } from '../config/host-settings.ts';
import { systemClock } from '../terms/clock.ts';
import type { Redactor } from '../terms/redactor.ts';
import { EventQueue } from './event-queue.ts';
import { holdLock } from './hold-lock.ts';
import { openHost, type HostSession } from './host-session.ts';
import type { SayFlags } from './import-flags.ts';
import { print, type Io } from './io.ts';
import { progressView } from './progress.ts';
import { stopSignals } from './stop-signals.ts';

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
  /** Holds the lock of a provider until the command ends. */
  hold: (provider: string, run: string) => Promise<void>;
}

/**
 * Opens the host, shows what happens, listens to signals and the deadline, and gives everything back when the work has
 * ended. Throws what stops it before the work begins, and what the work throws.
 */
export async function withHost(
  { settings, timeoutMs, deadlineMs }: HostRequest,
  flags: SayFlags,
  io: Io,
  redactor: Redactor,
  work: (at: AtHost) => Promise<number>,
): Promise<number> {
  const verbose = flags.verbose === true;
  const events = new EventQueue(await progressView(io, flags));
  const { stop, release } = stopSignals((text) => events.emit({ type: 'notice', text }), deadlineMs);
  const base = { clock: systemClock, emit: events.emit, journal: noJournal, stop };
  const trace = verbose ? { trace: (line: string) => print(io.stderr, redactor.redact(line)) } : {};
  const unlock: (() => void)[] = [];
  let close: () => Promise<void> = async () => undefined;
  try {
    const session = await inStage(
      base,
      'connect',
      'Connect',
      () => openHost(settings, { version: io.version, timeoutMs, clock: systemClock, redactor, env: io.env, ...trace }),
      ({ host }) => ({ ok: true, text: `${host.info.kind} ${host.info.version} at ${host.info.url}` }),
    );
    const { host, vendorUrl } = session;
    close = session.close;
    throwIfStopped(base);
    return await work({
      tools: { ...base, host },
      vendorUrl,
      stages: events.stages,
      idle: () => events.idle(),
      hold: async (provider, run) => {
        unlock.push(await holdLock(io, { hostUrl: host.info.url, provider, run }, systemClock, stop));
      },
    });
  } finally {
    await events.idle();
    release();
    for (const each of unlock) each();
    await close();
  }
}
