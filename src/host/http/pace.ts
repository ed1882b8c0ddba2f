import type { BudgetState } from '../../core/pace/budget-state.ts';

/** How often a host may be asked. */
export interface Pace {
  /** Waits until one more request may leave; ends early with the signal, and then tells nothing. */
  turn(signal?: AbortSignal): Promise<void>;
  /** The host has refused one for coming too soon, and may have said for how long. */
  refused(retryAfterMs: number | undefined): void;
  /** What is known of the limit by now. */
  readonly state: BudgetState;
}
