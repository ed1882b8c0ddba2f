import { hostPace } from '../../apply/host-pace.ts';
import { noJournal } from '../../apply/journal.ts';
import { untilLockIsLost } from '../../apply/lost-lock.ts';
import { inStage, throwIfStopped, type RunTools } from '../../apply/run-tools.ts';
import type { LoadedConfig } from '../../config/config-file.ts';
import { limitsOf } from '../../config/defaults.ts';
import { hostSettings, type HostSettings } from '../../config/host-settings.ts';
import type { HostOptions, PrintFlags } from '../../config/options/option-flags.ts';
import { systemClock } from '../../core/clock.ts';
import type { Redactor } from '../../core/secrets/redactor.ts';
import { confirmHost } from './confirm-host.ts';
import type { EventQueue } from '../progress/event-queue.ts';
import { openHost, type OpenHost } from './host-session.ts';
import type { HeldLocks } from '../../journal/lock/held-locks.ts';
import type { StateStore } from '../../journal/state-store.ts';
import type { StatePlace } from '../../config/state-place.ts';
import type { Io } from '../io.ts';
import { openState, statePlaceOf, type StateFlags } from './open-state.ts';
import { watch } from './watch.ts';

/** Which host, and how long one request and the whole command may take. */
export interface HostRequest {
  settings: HostSettings;
  timeoutMs: number;
  deadlineMs: number | undefined;
  state: StatePlace;
}

/** The host that a command is given, and its limits. Throws `USAGE`, and what keeps the login from being read. */
export async function hostRequest(
  flags: HostOptions & StateFlags & Parameters<typeof limitsOf>[0],
  loaded: LoadedConfig,
  io: Io,
): Promise<HostRequest> {
  const state = statePlaceOf(flags, io);
  return { settings: await hostSettings(flags, io.env, loaded, io.stdin), state, ...limitsOf(flags) };
}

/** A host that is open for as long as a command works with it. */
export interface HostSession {
  tools: RunTools;
  /** The address of the embedded vendor, when the host is the embedded one. */
  vendorUrl: OpenHost['vendorUrl'];
  stages: EventQueue['stages'];
  /** Resolves when everything that was emitted is shown. */
  idle: () => Promise<void>;
  redactor: Redactor;
  /** What outlives the command; opened with the first use. */
  state: () => Promise<StateStore>;
  /** Names the run that is at work, from which whoever leaves at once can go on. */
  atWork: (run: string) => void;
  /** Holds the locks of a provider until the command ends. */
  hold: (provider: string, run: string) => Promise<void>;
}

/**
 * Opens the host, shows what happens, listens to signals and the deadline, and gives everything back when the work has
 * ended. Throws what stops it before the work begins, and what the work throws.
 */
export async function withHost<Result>(
  { settings, state: place, ...limits }: HostRequest,
  flags: PrintFlags & StateFlags,
  io: Io,
  redactor: Redactor,
  work: (at: HostSession) => Promise<Result>,
): Promise<Result> {
  await confirmHost(settings, flags, io);
  return watch(limits, flags, io, redactor, async ({ events, stop, endEarly, session, atWork, atEnd }) => {
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
    const held: HeldLocks[] = [];
    const whole = untilLockIsLost(host, stop, async () => {
      for (const locks of held) await locks.confirm();
    });
    let opened: Promise<StateStore> | undefined;
    const state = () => (opened ??= openState(place, io, redactor));
    atEnd(async () => (await opened)?.close());
    const phaseOf = async (run: string) => (await import('./run-phase.ts')).runPhase(await state(), run);
    const calls = hostPace(host.info.capabilities, systemClock);
    const tools = { ...base, host: whole.until(stop), base: whole, phaseOf, calls };
    const { lockHolder } = await import('./hold-lock.ts');
    const hold = lockHolder(state, { ...tools, timeoutMs: limits.timeoutMs }, endEarly);
    return work({
      tools,
      vendorUrl,
      stages: events.stages,
      redactor,
      state,
      atWork,
      idle: () => events.idle(),
      hold: async (provider, run) => {
        const locks = await hold(provider, run);
        if (locks === undefined) return;
        held.push(locks);
        atEnd(() => locks.release());
      },
    });
  });
}
