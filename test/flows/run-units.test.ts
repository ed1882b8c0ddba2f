import { setImmediate as tick } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Pace } from '../../src/core/pace/pace.ts';
import { runUnits } from '../../src/flows/fleet/run-units.ts';
import { quickClock } from '../support/clocks.ts';

/** How a unit ends, one time after the other. */
type End = 'fine' | 'dead' | 'down' | 'locked';
interface Unit {
  host: number;
  name: string;
  ends: End[];
}

const ends = fc.array(fc.constantFrom<End>('fine', 'dead', 'down', 'locked'), { minLength: 2, maxLength: 2 });
const fleets = fc
  .array(fc.array(ends, { minLength: 1, maxLength: 4 }), { maxLength: 8 })
  .map((hosts) =>
    hosts.map((units, host) => units.map((each, index): Unit => ({ host, name: `${host}.${index}`, ends: [...each] }))),
  );

async function run(hosts: readonly (readonly Unit[])[], { atOnce = 3, failFast = false, stopAfter = Infinity } = {}) {
  const begun: string[] = [];
  const told = new Map<string, string>();
  const stop = new AbortController();
  let [active, most] = [0, 0];
  const atHost = new Map<number, number>();
  const result = await runUnits<Unit, string>(
    hosts,
    {
      work: async ({ host, name, ends: [first = 'fine', second = 'fine'] }) => {
        atHost.set(host, (atHost.get(host) ?? 0) + 1);
        if (atHost.get(host) !== 1) throw new Error('two units of one host at once');
        active += 1;
        most = Math.max(most, active);
        const end = begun.includes(name) ? second : first;
        begun.push(name);
        if (begun.length >= stopAfter) stop.abort();
        await tick();
        active -= 1;
        atHost.set(host, 0);
        return end;
      },
      notBegun: (_, why) => `not begun: ${why}`,
      isFailure: (end) => end !== 'fine',
      mayPass: (end) => (end === 'down' ? 'host' : end === 'locked' ? 'unit' : null),
      ended: ({ name }, end) => {
        if (told.has(name)) throw new Error(`${name} ended twice`);
        told.set(name, end);
      },
    },
    {
      pace: new Pace({ start: atOnce, most: atOnce, fixed: true }, quickClock()),
      isBusy: () => false,
      stop: stop.signal,
      failFast,
    },
  );
  return { begun, told, most, result };
}

describe('the units of a fleet', () => {
  it('end exactly once each, in the order in which they are given back', async () => {
    await fc.assert(
      fc.asyncProperty(
        fleets,
        fc.record({
          atOnce: fc.integer({ min: 1, max: 9 }),
          failFast: fc.boolean(),
          stopAfter: fc.integer({ min: 1, max: 40 }),
        }),
        async (hosts, policy) => {
          const { told, result, most } = await run(hosts, policy);
          const names = hosts.flat().map(({ name }) => name);
          expect([...told.keys()].toSorted()).toEqual(names.toSorted());
          expect(result).toEqual(names.map((name) => told.get(name)));
          expect(most).toBeLessThanOrEqual(policy.atOnce);
        },
      ),
    );
  });

  it('are tried once more at the end where the reason may pass, and those of a host that is down not before', async () => {
    await fc.assert(
      fc.asyncProperty(fleets, async (hosts) => {
        const { begun, told } = await run(hosts);
        for (const units of hosts) {
          let isDown = false;
          for (const {
            name,
            ends: [first = 'fine', second = 'fine'],
          } of units) {
            const times = begun.filter((each) => each === name).length;
            const passes = first === 'down' || first === 'locked';
            expect(times).toBe(isDown ? 1 : passes ? 2 : 1);
            // Of a host that is down, the first try of the others comes at the end, and is their last.
            expect(told.get(name)).toBe(!isDown && passes ? second : first);
            isDown ||= first === 'down';
          }
        }
      }),
    );
  });

  it('are not begun once one has failed, where that is to end all; what is under way is seen to its end', async () => {
    const unit = (host: number, index: number, ...each: End[]): Unit => ({
      host,
      name: `${host}.${index}`,
      ends: each,
    });
    const { told } = await run(
      [
        [unit(0, 0, 'down'), unit(0, 1)],
        [unit(1, 0), unit(1, 1)],
      ],
      { atOnce: 2, failFast: true },
    );
    expect(Object.fromEntries(told)).toEqual({
      '0.0': 'down',
      '0.1': 'not begun: failed',
      '1.0': 'fine',
      '1.1': 'not begun: failed',
    });
  });

  it('of a slow host keep no other from going on', async () => {
    const hosts = Array.from({ length: 5 }, (_, host): Unit[] => [{ host, name: `${host}`, ends: ['fine', 'fine'] }]);
    let letGo: () => void = () => undefined;
    const slow = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const ended: string[] = [];
    await runUnits<Unit, string>(
      hosts,
      {
        work: async ({ name }) => {
          if (name === '0') await slow;
          return 'fine';
        },
        notBegun: () => '',
        isFailure: () => false,
        mayPass: () => null,
        ended: ({ name }) => {
          ended.push(name);
          if (ended.length === 4) letGo();
        },
      },
      {
        pace: new Pace({ start: 2, most: 2, fixed: true }, quickClock()),
        isBusy: () => false,
        stop: new AbortController().signal,
        failFast: false,
      },
    );
    expect(ended).toEqual(['1', '2', '3', '4', '0']);
  });
});
