/** The most of what is done at once, for options and the configuration file alike. */
export const mostAtOnce = { concurrency: 256, batchSize: 500 } as const;

/** The limits of one request and of the whole command, in milliseconds. */
export function limitsOf(options: { timeout?: number; deadline?: number }): {
  timeoutMs: number;
  deadlineMs: number | undefined;
} {
  return { timeoutMs: options.timeout ?? 30_000, deadlineMs: options.deadline };
}
