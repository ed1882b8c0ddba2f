/** How often a host may be asked. */
export interface Pace {
  /** Waits until one more request may leave; ends early with the signal, and then tells nothing. */
  turn(signal?: AbortSignal): Promise<void>;
  /** The host has refused one for coming too soon. Whether it is worth sending again, in its turn. */
  refused(retryAfterMs: number | undefined): boolean;
}
