import type { BudgetState } from './pace/budget-state.ts';
import type { PaceState } from './pace/pace-controller.ts';
import type { Problem } from './relay-error.ts';

/** The stages of a run, in the order in which they may come. */
export const stages = ['connect', 'plan', 'apply', 'verify', 'access', 'remove', 'undo'] as const;
export type Stage = (typeof stages)[number];

/** What a run tells whoever watches. Watching changes nothing: the engine neither waits for nor reads an answer. */
export type RunEvent =
  | { type: 'stage-started'; stage: Stage; title: string }
  | { type: 'stage-finished'; stage: Stage; ok: boolean; summary: string; ms: number }
  | { type: 'step'; stage: Stage; text: string }
  | {
      type: 'progress';
      stage: Stage;
      done: number;
      total: number;
      passed: number;
      warning: number;
      failed: number;
      pace: PaceState;
      /** The host's limit of requests, where it has one. */
      budget: BudgetState | null;
    }
  | { type: 'retry'; stage: Stage; what: string; reason: string; pauseMs: number }
  | { type: 'warning'; stage: Stage; problem: Problem }
  /** Something that is so from now on, such as that the run is ending early. */
  | { type: 'notice'; text: string };

export type Emit = (event: RunEvent) => void;
