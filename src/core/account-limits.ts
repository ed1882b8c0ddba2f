/** Ranges of an account's settings: wide enough for anyone, and small enough for the integers of every host. */
export const accountLimits = {
  concurrency: { min: 1, max: 1_000_000 },
  priority: { min: 0, max: 1_000_000 },
  /** Characters of a name. */
  name: { min: 1, max: 100 },
} as const;
