import { performance } from 'node:perf_hooks';
import type { HostIdentity } from '../../host/host.ts';
import type { HostSettings } from '../../config/host-settings.ts';
import { Pace } from '../../core/pace/pace.ts';
import { systemClock } from '../../core/clock.ts';
import { RelayError } from '../../core/relay-error.ts';
import type { FleetPolicy } from '../../flows/fleet/run-units.ts';
import { connectTo, sessionOn, type HostSession } from '../session/host-session.ts';
import type { OpenHost } from '../session/open-host.ts';
import type { WatchedWhole } from '../session/watch.ts';
import type { FleetUnit } from './read-fleet.ts';

/** How many hosts are worked on at once, at the beginning and at most, where nothing is said. */
const start = 4;
const most = 32;

/** From which part of the time on in which this process computes it has no time for more, and over how long that is seen. */
const busyFrom = 0.95;
const seenMs = 500;

/** What sessions on hosts are opened with. */
interface Opening extends Pick<HostSession, 'redactor' | 'state'> {
  /** Where each host is, and how to log in there. */
  settings: ReadonlyMap<string, HostSettings>;
  timeoutMs: number;
}

/** The hosts of a fleet: each is opened with the first unit that needs it, and stays open until `close`. */
export class FleetHosts {
  readonly #whole: WatchedWhole;
  readonly #opening: Opening;
  readonly #open = new Map<string, Promise<OpenHost>>();
  readonly #identities = new Map<string, { host: string; url: string }>();

  constructor(whole: WatchedWhole, opening: Opening) {
    this.#whole = whole;
    this.#opening = opening;
  }

  /**
   * Works at one unit, in a session of its own: what ends it early, such as a lost lock, ends no other. `isLast`: a host that does
   * not open then is not tried again for its other units. Throws what opening the host throws, `HOST_TWICE` where another host
   * of the fleet is the same one, and what the work throws.
   */
  async at<Result>(unit: FleetUnit, isLast: boolean, work: (at: HostSession) => Promise<Result>): Promise<Result> {
    return this.#whole.within(unit.name, async (watched) => {
      const open = await this.#opened(unit.name.host, isLast);
      return work(await sessionOn(open, watched, this.#opening));
    });
  }

  async close(): Promise<void> {
    for (const opened of this.#open.values()) await opened.then(({ close }) => close()).catch(() => undefined);
  }

  #opened(host: string, isLast: boolean): Promise<OpenHost> {
    const known = this.#open.get(host);
    if (known !== undefined) return known;
    const opened = this.#connect(host).catch((error: unknown) => {
      if (!isLast) this.#open.delete(host);
      throw error;
    });
    this.#open.set(host, opened);
    return opened;
  }

  #connect(name: string): Promise<OpenHost> {
    return this.#whole.within({ host: name, provider: null, access: null }, async (watched) => {
      const open = await connectTo(this.#opening.settings.get(name) as HostSettings, watched);
      try {
        return { ...open, identity: await this.#identityOf(name, open, watched.events.emit) };
      } catch (error) {
        await open.close();
        throw error;
      }
    });
  }

  /** Two addresses may lead to one host, on which two runs would be at work then. */
  async #identityOf(
    name: string,
    { host }: OpenHost,
    emit: HostSession['tools']['emit'],
  ): Promise<HostIdentity | null> {
    const { url } = host.info;
    const identity = await host.identity();
    if (identity === null) return null;
    const other = this.#identities.get(identity.value);
    this.#identities.set(identity.value, other ?? { host: name, url });
    if (other === undefined || other.host === name) return identity;
    if (identity.proven)
      throw new RelayError('HOST_TWICE', `${name} (${url}) and ${other.host} (${other.url}) are one host.`);
    emit({ type: 'notice', text: `${name} (${url}) and ${other.host} (${other.url}) may be one host.` });
    return identity;
  }
}

/** How many hosts of a fleet are worked on at once: so many, or as many as this machine takes. */
export function fleetPace(atOnce: number | undefined): Pick<FleetPolicy, 'pace' | 'isBusy'> {
  const bounds = atOnce === undefined ? { start, most } : { start: atOnce, most: atOnce, fixed: true };
  return { pace: new Pace(bounds, systemClock), isBusy: busyMeter() };
}

function busyMeter(): () => boolean {
  let since = { at: performance.now(), used: performance.eventLoopUtilization() };
  let isBusy = false;
  return () => {
    if (performance.now() < since.at + seenMs) return isBusy;
    const used = performance.eventLoopUtilization();
    isBusy = performance.eventLoopUtilization(used, since.used).utilization >= busyFrom;
    since = { at: performance.now(), used };
    return isBusy;
  };
}
