/** The same object, each of whose methods passes the gate before it begins. */
export function gated<T extends object>(target: T, gate: <R>(send: () => R) => R): T {
  return new Proxy(target, {
    get: (object, name) => {
      const member: unknown = Reflect.get(object, name);
      return typeof member === 'function'
        ? (...args: unknown[]) => gate(() => member.apply(object, args) as unknown)
        : member;
    },
  });
}
