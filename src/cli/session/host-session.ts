import { hostPace } from '../../apply/host-pace.ts';
import { noJournal } from '../../apply/journal.ts';
import { untilLockIsLost } from '../../apply/lost-lock.ts';
import { inStage, throwIfStopped, type RunTools } from '../../apply/run-tools.ts';
import type { HostSettings } from '../../config/host-settings.ts';
import type { StatePlace } from '../../config/state-place.ts';
import { systemClock } from '../../core/clock.ts';
import type { Redactor } from '../../core/secrets/redactor.ts';
import type { HeldLocks } from '../../journal/lock/held-locks.ts';
import type { StateStore } from '../../journal/state-store.ts';
import type { Io } from '../io.ts';
import type { Events } from '../progress/event-queue.ts';
import { openHost, type OpenHost } from './open-host.ts';
import { openState } from './open-state.ts';
import type { Watched } from './watch.ts';

/** A host that is open for as long as work with it takes. */
export interface HostSession {
  tools: RunTools;
  /** The address of the embedded vendor, when the host is the embedded one. */
  vendorUrl: OpenHost['vendorUrl'];
  stages: Events['stages'];
  /** Resolves when everything that was emitted is shown. */
  idle: () => Promise<void>;
  redactor: Redactor;
  /** What outlives the command; opened with the first use. */
  state: () => Promise<StateStore>;
  /** Names the run that is at work, from which whoever leaves at once can go on. */
  atWork: (run: string) => void;
  /** Holds the locks of a provider until the work ends. */
  hold: (provider: string, run: string) => Promise<void>;
}

/** Opens a host, as the stage that it is. Throws what connecting throws, and why the work was stopped. */
export async function connectTo(
  settings: HostSettings,
  { events, stop, session }: Pick<Watched, 'events' | 'stop' | 'session'>,
): Promise<OpenHost> {
  const tools = { clock: systemClock, emit: events.emit, stop };
  const open = await inStage(
    tools,
    'connect',
    'Connect',
    () => openHost(settings, session),
    ({ host: { info } }) => ({ ok: true, text: `${info.kind} ${info.version} at ${info.url}` }),
  );
  if (stop.aborted) await open.close();
  throwIfStopped(tools);
  return open;
}

/** The state of a command, opened with the first use and closed at the end. */
export function stateOf(
  place: StatePlace,
  { atEnd }: Pick<Watched, 'atEnd'>,
  io: Io,
  redactor: Redactor,
): HostSession['state'] {
  let opened: Promise<StateStore> | undefined;
  atEnd(async () => (await opened)?.close());
  return () => (opened ??= openState(place, io, redactor));
}

/** What works with an open host, for as long as it is watched: locks that it holds are given back then. */
export async function sessionOn(
  { host, vendorUrl, identity }: Pick<OpenHost, 'host' | 'vendorUrl' | 'identity'>,
  { events, stop, endEarly, atWork, atEnd }: Watched,
  { timeoutMs, redactor, state }: Pick<HostSession, 'redactor' | 'state'> & { timeoutMs: number },
): Promise<HostSession> {
  const held: HeldLocks[] = [];
  const whole = untilLockIsLost(host, stop, async () => {
    for (const locks of held) await locks.confirm();
  });
  const phaseOf = async (run: string) => (await import('./run-phase.ts')).runPhase(await state(), run);
  const calls = hostPace(host.info.capabilities, systemClock);
  const base = { clock: systemClock, emit: events.emit, journal: noJournal, stop };
  const tools = { ...base, host: whole.until(stop), base: whole, phaseOf, calls };
  const { lockHolder } = await import('./hold-lock.ts');
  const hold = lockHolder(state, { ...tools, timeoutMs, identity }, endEarly);
  return {
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
  };
}
