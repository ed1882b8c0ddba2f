import { z } from 'zod';
import { HostFailure } from '../host-failure.ts';
import type { Judge } from '../protocols/http-gateway.ts';
import type { HostLists } from './lists/host-lists.ts';

/** Names the key that has answered, by the hash that the lists show of it; absent where none was chosen. */
const traceHeader = 'x-cpa-trace-id';
const trace = /-([0-9a-f]{16})-[^-]+$/;

const indexWire = z.looseObject({ 'auth-index': z.string() });

/**
 * A model of one name may be served by several providers, and whoever asks for it gets any of them: an answer proves relay's
 * keys only where one of them has given it. Where the host does not name the key, it counts.
 */
export function ownAnswer(lists: HostLists): Judge {
  return async ({ headers }, { model }) => {
    const [, answered] = trace.exec(headers.get(traceHeader) ?? '') ?? [];
    if (answered === undefined) return undefined;
    try {
      const units = (await lists.units()).filter(({ mapping }) => Object.hasOwn(mapping, model));
      const own = units.flatMap(({ mark, keys }) => keys.filter(({ fingerprint }) => mark?.keys.has(fingerprint)));
      const isOwn = own.some(({ wire }) => indexWire.safeParse(wire).data?.['auth-index'] === answered);
      return isOwn ? undefined : `a key that is not relay's has answered, which serves ${model} as well`;
    } catch (failure) {
      if (failure instanceof HostFailure) return failure.message;
      throw failure;
    }
  };
}
