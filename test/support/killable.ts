import type { RunTools } from '../../src/apply/run-tools.ts';
import type { Host } from '../../src/host/host.ts';

/** What is thrown by everything a killed process would have done next. */
export class Killed extends Error {}

/** Right before a write leaves, right after it was carried out and before its answer is seen, or right after the answer. */
export const moments = ['before', 'sent', 'answered'] as const;

export interface KillSwitch {
  between: (tools: RunTools) => RunTools;
  /** Writes begun so far. */
  writes: () => number;
  /** Whether the run was killed. */
  fired: () => boolean;
}

/** Kills a run at its k-th write (from 1): from then on nothing gets through, neither to the host nor to the journal. */
export function killAt(k: number, moment: (typeof moments)[number]): KillSwitch {
  let writes = 0;
  let dead = false;
  const check = () => {
    if (dead) throw new Killed('killed');
  };
  const guarded = <T extends object>(target: T): T =>
    new Proxy(target, {
      get: (object, name) => {
        const member = Reflect.get(object, name) as unknown;
        if (typeof member !== 'function') return member;
        return async (...args: unknown[]) => {
          check();
          const value: unknown = await (member as (...all: unknown[]) => unknown)(...args);
          check();
          return value;
        };
      },
    });
  const counted = <T extends object>(target: T): T =>
    new Proxy(target, {
      get: (object, name) => {
        const member = Reflect.get(object, name) as (...all: unknown[]) => unknown;
        return async (...args: unknown[]) => {
          check();
          writes += 1;
          const here = writes === k;
          if (here && moment === 'before') dead = true;
          check();
          const value = await member(...args);
          if (here) dead = true;
          if (here && moment === 'sent') throw new Killed('killed');
          return value;
        };
      },
    });
  const killable = (host: Host): Host => ({
    ...host,
    reads: guarded(host.reads),
    probes: guarded(host.probes),
    gateway: { ...guarded(host.gateway), connection: host.gateway.connection },
    writes: counted(host.writes),
    until: (signal) => killable(host.until(signal)),
  });
  return {
    writes: () => writes,
    fired: () => dead,
    between: (tools) => ({
      ...tools,
      emit: (event) => {
        if (!dead) tools.emit(event);
      },
      journal: {
        note: (...notes) => {
          check();
          tools.journal.note(...notes);
        },
      },
      host: killable(tools.host),
      base: killable(tools.base),
    }),
  };
}
