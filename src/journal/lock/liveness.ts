import type { ProcessPlace } from './lock-owner.ts';

/** What the system says of the process that has a number now. `startedAt`: as in `ProcessPlace`. */
export type ProcessLook = 'gone' | { startedAt: string | null };

/** The system's processes, as this one sees them. */
export interface Processes {
  self: ProcessPlace;
  look(pid: number): ProcessLook;
}

/**
 * Whether a process lives, where that is certain. `unknown` where its number counts among other processes than ours, on
 * another machine or in another container, and where it cannot be told from a later process with the same number.
 */
export function livenessOf(other: ProcessPlace, { self, look }: Processes): 'alive' | 'dead' | 'unknown' {
  if (!isOnThisMachine(other, self)) return 'unknown';
  const now = look(other.pid);
  if (now === 'gone') return 'dead';
  if (now.startedAt === null || other.startedAt === null) return 'unknown';
  return now.startedAt === other.startedAt ? 'alive' : 'dead';
}

/** Whether a number means the same process to both. */
export function isOnThisMachine(other: ProcessPlace, self: ProcessPlace): boolean {
  return (
    self.boot !== null && self.boot === other.boot && self.namespace !== null && self.namespace === other.namespace
  );
}
