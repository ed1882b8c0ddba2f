import type { Resolved } from '../../config/options/option-flags.ts';
import { repeatCommand } from './repeat-command.ts';

/** What names the state of a command. */
type OfState = Resolved & { state?: string | undefined; config?: string | undefined };

/** A command about a run that is in the same state as that of the command with these options. */
export function runCommand(
  does: 'resume' | 'rollback' | 'runs show' | 'report show',
  run: string,
  { state, config, fromFile = [] }: OfState,
  more: { keys?: string } = {},
): string {
  return repeatCommand(`relay ${does} ${run}`, { ...more, state, config, fromFile });
}
