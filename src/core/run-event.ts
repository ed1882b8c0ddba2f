import type { AccessMode } from './modes.ts';
import type { BudgetState } from './pace/budget-state.ts';
import type { PaceState } from './pace/pace-controller.ts';
import type { Problem } from './relay-error.ts';

/** The stages of a run, in the order in which they may come. */
export const stages = ['connect', 'plan', 'apply', 'verify', 'access', 'remove', 'undo'] as const;
export type Stage = (typeof stages)[number];

/** One import among several, or a look at it: a provider with an access mode, on a host as it was named. */
export interface UnitName {
  host: string;
  provider: string;
  access: AccessMode;
}

/** A unit as people call it. */
export function unitText({ host, provider, access }: UnitName): string {
  return `${host} ${provider}${access === 'self_service' ? ' self-service' : ''}`;
}

/** Of which unit an event tells; while nothing but its host is in play, only that. */
export type EventUnit = UnitName | { host: string; provider: null; access: null };

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
  /** One of several units has ended, so many of all by now. */
  | { type: 'unit-finished'; exitCode: number; summary: string; done: number; total: number }
  /** Something that is so from now on, such as that the run is ending early. */
  | { type: 'notice'; text: string };

/** An event with the unit that it tells of, where there are several. */
export type NamedEvent = RunEvent & { unit?: EventUnit };

export type Emit = (event: RunEvent) => void;
