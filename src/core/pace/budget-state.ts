import type { PaceWhy } from './pace-controller.ts';

/**
 * What is known of a limit of so many requests in so much time: how many count now, how many may, which nobody knows before the
 * first refusal, and for how many milliseconds one counts. `busy`: others have used up what there was.
 */
export interface BudgetState {
  now: number;
  limit: number | null;
  windowMs: number;
  why: Extract<PaceWhy, 'starting' | 'refused' | 'busy'>;
  /** How many requests were refused, and sent again; how many have had to wait. */
  refused: number;
  heldBack: number;
}
