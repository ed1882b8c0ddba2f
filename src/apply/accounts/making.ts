import { isOfKey, type Account, type AccountSpec, type Id } from '../../host/account.ts';
import type { AccountStep } from '../../plan/import-plan.ts';
import type { Code } from '../../core/codes.ts';
import type { Secret } from '../../core/secrets/secret.ts';
import type { Change } from '../change.ts';

export type CreateStep = Extract<AccountStep, { action: 'create' }>;

/** How the making or changing of one account ended. */
export type AccountOutcome =
  | { outcome: 'created' | 'updated'; account: Account }
  | {
      outcome: 'failed';
      code: Code;
      message: string;
      /** What to do about it, where more is known than the code tells. */
      hint?: string;
      id: Id | null;
    }
  | { outcome: 'unsettled'; message: string }
  | { outcome: 'not_tried' };

export interface AccountsJob {
  steps: readonly CreateStep[];
  /** `null`: they begin in no place. */
  place: Id | null;
  batchSize: number;
  keyOf: (fingerprint: string) => Secret;
  /** Accounts that were there when the plan was made. */
  known: ReadonlySet<Id>;
  /** Filled with one outcome for each fingerprint, also when this throws. */
  outcomes: Map<string, AccountOutcome>;
}

/** An account that is being made: its step, and the change that is noted of it. */
export interface Making {
  step: CreateStep;
  spec: AccountSpec;
  change: Change;
}

/** The places of an account that begins in one, or in none. */
export function placesOf(place: Id | null): Id[] {
  return place === null ? [] : [place];
}

/** Whether an account is where it was to begin. */
export function isBorn({ places }: Account, { place }: AccountSpec): boolean {
  return place === null ? places.length === 0 : places.includes(place);
}

/** Whether an account is the one that was sent, by its mark. */
export function isMarkedBy({ marker }: Account, { marker: sent }: AccountSpec): boolean {
  return isOfKey(marker, sent) && marker.run === sent.run;
}
