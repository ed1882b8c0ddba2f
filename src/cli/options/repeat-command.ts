import { shellWord } from '../../core/shell-word.ts';
import type { Resolved } from './resolve-options.ts';

/** What is agreed to, or asked of a plan, is not part of doing the same again. */
const notRepeated = new Set(['yes', 'dryRun', 'detailedExitcode', 'fromFile', 'quiet']);

/** Options that commander hands over in milliseconds. */
const durations = new Set(['gatewayWait', 'timeout', 'deadline']);

/** Options that are on until `--no-…` turns them off. */
const negated = new Set(['color', 'input', 'report']);

/** What commander holds when nothing was given. */
const defaults: Readonly<Record<string, unknown>> = { output: 'text' };

/**
 * The command that does the same again, with all that was given by name, quoted for a shell. `flags` are the options as
 * commander hands them over, `changes` what shall be otherwise. Secrets are never options, so none is in it.
 */
export function repeatCommand(command: string, flags: object, changes: object = {}): string {
  const fromFile = (flags as Resolved).fromFile?.filter((name) => !(name in changes));
  const words = Object.entries({ ...flags, ...changes }).flatMap(([name, value]: [string, unknown]) => {
    // What the configuration file gives, it gives again.
    if (notRepeated.has(name) || value === defaults[name] || fromFile?.includes(name) === true) return [];
    const long = name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);
    if (Array.isArray(value)) return value.flatMap((each) => [`--${long}`, shellWord(String(each))]);
    if (typeof value === 'string') return [`--${long}`, shellWord(value)];
    if (typeof value === 'number') return [`--${long}`, durations.has(name) ? `${value}ms` : String(value)];
    if (value === true) return negated.has(name) ? [] : [`--${long}`];
    return value === false && negated.has(name) ? [`--no-${long}`] : [];
  });
  return [command, ...words].join(' ');
}
