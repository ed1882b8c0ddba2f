import type { Leftover } from '../../apply/leftover.ts';
import { rollbackRun } from '../../flows/rollback-run.ts';
import { leftoverLine, leftoversAdvice, leftoversHeld } from '../../report/leftover-text.ts';
import type { Redactor } from '../../terms/redactor.ts';
import type { Problem } from '../../terms/relay-error.ts';
import { print, styleFor, type Io } from '../io.ts';
import { sayLast, type LastWords } from '../last-words.ts';
import { repeatCommand } from '../repeat-command.ts';
import { printResult } from '../result.ts';
import { withRun, type RunFlags } from '../with-run.ts';

/** `relay rollback RUN`: undoes a run, finished or not. 0 when the host is as it was, 6 when it is not. */
export async function rollbackCommand(id: string, flags: RunFlags, io: Io, redactor: Redactor): Promise<number> {
  return withRun(id, flags, io, redactor, async ({ run, tools, journal, idle }) => {
    const { undone, leftovers, warnings } = await rollbackRun(run, tools);
    await idle();
    const exitCode = leftovers.length > 0 || warnings.length > 0 ? 6 : 0;
    journal.end(exitCode === 0 ? 'rolled_back' : 'failed', exitCode);
    const told = printResult(io, flags, 'rollback', { run: id, exitCode, undone, leftovers, warnings });
    if (!told && flags.quiet !== true) {
      const style = styleFor(io, 'stdout', flags.color);
      for (const each of undone) print(io.stdout, `${style.good('undone')} ${each.kind} "${each.name}" (${each.id})`);
      if (undone.length === 0) print(io.stdout, 'Nothing of this run is on the host.');
    }
    if (exitCode === 0) return 0;
    sayLast(io, lastWords(leftovers, warnings, repeatCommand(`relay rollback ${id}`, flags)));
    return exitCode;
  });
}

function lastWords(leftovers: readonly Leftover[], warnings: readonly Problem[], again: string): LastWords {
  const left = `${leftovers.length} object${leftovers.length === 1 ? '' : 's'} of the run ${leftovers.length === 1 ? 'was' : 'were'} not undone.`;
  const lost = warnings.map(({ code, message }) => `${code}: ${message}`);
  const hints = warnings.map(({ hint }) => hint).join(' ');
  return {
    happened: [...(leftovers.length > 0 ? [left] : []), ...lost].join('\n'),
    holds: leftovers.length > 0 ? leftoversHeld(leftovers, []) : 'The host holds nothing of the run any more.',
    named: leftovers.map(leftoverLine),
    next: leftovers.length > 0 ? `${leftoversAdvice(leftovers, [])}, then: ${again}` : hints,
  };
}
