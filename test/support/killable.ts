import type { Sub2apiParts } from '../../src/host/sub2api/sub2api-host.ts';
import { toolsOver, type Sub2apiTools } from './sub2api-tools.ts';

/** What is thrown by everything a killed process would have done next. */
export class Killed extends Error {}

/** Right before a write leaves, right after it was carried out and before its answer is seen, or right after the answer. */
export const moments = ['before', 'sent', 'answered'] as const;

export interface KillSwitch {
  between: (tools: Sub2apiTools) => Sub2apiTools;
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
  const killable = (parts: Sub2apiParts): Sub2apiParts => ({
    ...parts,
    asking: (signal) => {
      const { reads, proof, identity } = parts.asking(signal);
      return { reads: guarded(reads), proof: guarded(proof), identity };
    },
    gateway: { ...guarded(parts.gateway), connection: parts.gateway.connection },
    writes: counted(parts.writes),
  });
  return {
    writes: () => writes,
    fired: () => dead,
    between: ({ parts, ...tools }) =>
      toolsOver(killable(parts), {
        ...tools,
        emit: (event) => {
          if (!dead) tools.emit(event);
        },
        journal: {
          note: async (...notes) => {
            check();
            await tools.journal.note(...notes);
          },
        },
      }),
  };
}
