import type { Pace } from '../../core/pace/pace.ts';

/** What is done at each unit of a fleet, and what its end says. Nothing of it throws. */
export interface UnitWork<Unit, End> {
  /** `isLast`: it is not tried again, however it ends. */
  work: (unit: Unit, isLast: boolean) => Promise<End>;
  /** The end of a unit that was not begun: the work was stopped, or something had failed that was to end all. */
  notBegun: (unit: Unit, why: 'stopped' | 'failed') => End;
  isFailure: (end: End) => boolean;
  /** Nothing was done yet, for a reason that may pass: with the host, or with this unit of it alone. */
  mayPass: (end: End) => 'host' | 'unit' | null;
  /** Told of each as it ends for good. */
  ended: (unit: Unit, end: End) => void;
}

/** How many hosts are worked on at once, and what ends it early. */
export interface FleetPolicy {
  /** A turn of it is one host. */
  pace: Pace;
  /** Whether this machine has had more to do than it can, lately. */
  isBusy: () => boolean;
  stop: AbortSignal;
  /** Nothing more is begun once something has failed. What is under way is seen to its end. */
  failFast: boolean;
}

/**
 * Does the work at every unit: hosts side by side, the units of one host in their order. What fails for a reason that may
 * pass is tried once more when all others have ended; where the host is the reason, none of its other units is tried before.
 * Each unit ends exactly once. Returns the ends in the order of the units.
 */
export async function runUnits<Unit, End>(
  hosts: readonly (readonly Unit[])[],
  does: UnitWork<Unit, End>,
  { pace, isBusy, stop, failFast }: FleetPolicy,
): Promise<End[]> {
  const ends = new Map<Unit, End>();
  let hasFailed = false;
  const end = (unit: Unit, how: End) => {
    ends.set(unit, how);
    hasFailed ||= does.isFailure(how);
    does.ended(unit, how);
  };
  const whyNot = () => (stop.aborted ? 'stopped' : failFast && hasFailed ? 'failed' : undefined);
  /** Returns what is to be tried again. */
  const atHost = async (units: readonly Unit[], isLast: boolean): Promise<Unit[]> => {
    const later: Unit[] = [];
    for (const [index, unit] of units.entries()) {
      const not = whyNot();
      if (not !== undefined) {
        end(unit, does.notBegun(unit, not));
        continue;
      }
      const how = await does.work(unit, isLast || failFast);
      const passes = isLast || failFast || stop.aborted ? null : does.mayPass(how);
      if (passes === null) end(unit, how);
      else if (passes === 'unit') later.push(unit);
      else return [...later, ...units.slice(index)];
    }
    return later;
  };
  const round = async (all: readonly (readonly Unit[])[], isLast: boolean): Promise<Unit[][]> =>
    Promise.all(
      all.map(async (units) => {
        const turn = await pace.turn(stop);
        try {
          return await atHost(units, isLast);
        } finally {
          if (turn !== undefined) pace.end(turn, { signal: isBusy() ? 'busy' : 'well' });
        }
      }),
    );
  const later = (await round(hosts, false)).filter(({ length }) => length > 0);
  if (later.length > 0) await round(later, true);
  return hosts.flat().map((unit) => ends.get(unit) as End);
}
