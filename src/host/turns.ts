/** Sends in its turn. Throws what sending throws. */
export type InTurn = <T>(send: () => Promise<T>) => Promise<T>;

/**
 * How a write that asks for much lets its requests go, at the pace of the host: `short` those that are about one account,
 * whose time tells how much the host has to do, `long` those about many. Whoever is in a turn asks for no other.
 */
export interface Turns {
  short: InTurn;
  long: InTurn;
}

/** For whoever is in a turn already, and asks for one account alone. */
export const inHand: Turns = { short: (send) => send(), long: (send) => send() };
