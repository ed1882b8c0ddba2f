import type { LoadedConfig } from '../../config/config-file.ts';
import { limitsOf } from '../../config/defaults.ts';
import { hostSettings, type HostSettings } from '../../config/host-settings.ts';
import type { HostOptions, PrintFlags } from '../../config/options/option-flags.ts';
import type { Redactor } from '../../core/secrets/redactor.ts';
import { confirmHosts } from './confirm-host.ts';
import { connectTo, sessionOn, stateOf, type HostSession } from './host-session.ts';
import type { StatePlace } from '../../config/state-place.ts';
import type { Io } from '../io.ts';
import { statePlaceOf, type StateFlags } from './open-state.ts';
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
  await confirmHosts([settings], flags, io);
  return watch(limits, flags, io, redactor, async (watched) => {
    const open = await connectTo(settings, watched);
    watched.atEnd(open.close);
    const state = stateOf(place, watched, io, redactor);
    return work(await sessionOn(open, watched, { ...limits, redactor, state }));
  });
}
