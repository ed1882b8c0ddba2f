import { defaults } from './defaults.ts';
import { parseDuration } from './duration.ts';

/** The most of what is done at once, for options and the configuration file alike. */
export const maxAtOnce = { concurrency: 256, batchSize: 500 } as const;

/** The limits of one request and of the whole command, in milliseconds. */
export function limitsOf(options: { timeout?: number; deadline?: number }): {
  timeoutMs: number;
  deadlineMs: number | undefined;
} {
  return { timeoutMs: options.timeout ?? parseDuration(defaults.timeout) ?? 0, deadlineMs: options.deadline };
}
