import { parseDuration } from './duration.ts';
import type { Defaults } from './options/option-flags.ts';
import { optionTable } from './options/option-table.ts';

/** What holds where nothing else is said. Durations are written as in options. */
export const defaults = Object.fromEntries(
  Object.entries(optionTable).flatMap(([name, option]) => ('default' in option ? [[name, option.default]] : [])),
) as Defaults;

/** Patience of the gateway check where none is asked for, in milliseconds. */
export const gatewayWaitMs = parseDuration(defaults.gatewayWait) ?? 0;

/** The limits of one request and of the whole command, in milliseconds. */
export function limitsOf(options: { timeout?: number | undefined; deadline?: number | undefined }): {
  timeoutMs: number;
  deadlineMs: number | undefined;
} {
  return { timeoutMs: options.timeout ?? parseDuration(defaults.timeout) ?? 0, deadlineMs: options.deadline };
}
