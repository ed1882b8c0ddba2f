import type { Gateway } from './gateway.ts';
import type { Gate } from './host.ts';

/** Passes all. */
export const openGate: Gate = { ask: (send) => send(), write: (send) => send() };

/** A gate behind a gate. */
export function composed(inner: Gate, outer: Gate): Gate {
  return { ask: (send) => outer.ask(() => inner.ask(send)), write: (send) => outer.write(() => inner.write(send)) };
}

/** The same object, each of whose methods, which all promise something, passes the gate before it begins. */
export function gated<T extends object>(target: T, gate: Gate['write']): T {
  return new Proxy(target, {
    get: (object, name) => {
      const member: unknown = Reflect.get(object, name);
      return typeof member === 'function'
        ? (...args: unknown[]) => gate(() => member.apply(object, args) as Promise<unknown>)
        : member;
    },
  });
}

/** The same gateway, each of whose requests passes the gate. */
export function gatedGateway(gateway: Gateway, { ask }: Pick<Gate, 'ask'>): Gateway {
  return {
    models: (key, signal) => ask(() => gateway.models(key, signal)),
    complete: (key, request, signal) => ask(() => gateway.complete(key, request, signal)),
    connection: (request) => gateway.connection(request),
  };
}
