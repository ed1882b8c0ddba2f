import type { Keys } from '../../../apply/accounts/give-back.ts';
import type { Leftover } from '../../../apply/leftover.ts';
import { throwIfStopped } from '../../../apply/run-tools.ts';
import type { UndoForecast } from '../../../apply/undo/undo.ts';
import type { Flags } from '../../../config/options/option-flags.ts';
import { foreseeRollback, rollbackRun } from '../../../flows/rollback-run.ts';
import { readRun } from '../../../journal/read-journal.ts';
import type { RollbackOutput } from '../../../report/outputs/run-schemas.ts';
import { leftoverLine, leftoversAdvice, leftoversState } from '../../../report/text/leftover-text.ts';
import { linesOfAlike } from '../../../core/alike.ts';
import { acceptedKeys } from '../../../keys/key-file.ts';
import { counted } from '../../../core/counted.ts';
import type { Redactor } from '../../../core/secrets/redactor.ts';
import type { Problem } from '../../../core/relay-error.ts';
import { askConsent } from '../../session/consent.ts';
import { withState } from '../../session/open-state.ts';
import { print, styleFor, type Io } from '../../io.ts';
import { printFooter, type LastWords } from '../../output/footer.ts';
import { checkStdin } from '../../options/import-options.ts';
import { readKeys } from '../../options/read-keys.ts';
import { repeatCommand } from '../../options/repeat-command.ts';
import { printResult } from '../../output/result.ts';
import { withHost } from '../../session/with-host.ts';
import { hostOfRun, withRun } from '../../session/with-run.ts';

type RollbackFlags = Flags<'rollback'>;

const nothingThere = 'Nothing of this run is on the host.';

/** `relay rollback RUN`: undoes a run, finished or not, after asking. 0 when the host is as it was, 6 when it is not. */
export async function rollbackCommand(id: string, flags: RollbackFlags, io: Io, redactor: Redactor): Promise<number> {
  checkStdin(flags);
  const keys = await keysOf(flags, io, redactor);
  if (flags.dryRun === true) return showForecast(id, keys, flags, io, redactor);
  const { begin } = await withState(flags, io, redactor, ({ runs }) => readRun(runs, id));
  return withRun(begin, flags, io, redactor, async ({ run, tools, journal, idle }) => {
    try {
      if (flags.yes !== true) {
        const forecast = await foreseeRollback(run, keys, tools);
        await idle();
        await askConsent(questionsOf(forecast), io, flags, tools.stop);
      }
      throwIfStopped(tools);
    } catch (error) {
      await journal.leave(run.end);
      throw error;
    }
    const { undone, givenBack, leftovers, warnings } = await rollbackRun(run, keys, tools);
    await idle();
    const exitCode = leftovers.length > 0 || warnings.length > 0 ? 6 : 0;
    await journal.end(exitCode === 0 ? 'rolled_back' : 'failed', exitCode);
    const value: RollbackOutput = {
      schema: 'relay.rollback/1',
      run: id,
      dryRun: false,
      would: [],
      undone,
      givenBack,
      leftovers,
      warnings,
      exitCode,
    };
    const told = printResult(io, flags, 'rollback', value);
    if (!told && flags.quiet !== true) {
      const style = styleFor(io, 'stdout', flags.color);
      const linesOf = (word: string, objects: typeof undone) =>
        linesOfAlike(
          objects,
          ({ kind }) => kind,
          (each) => `${style.good(word)} ${nameOf(each)}`,
          (more, { kind }) => `${style.good(word)} ${more} more ${kind}s`,
        );
      const lines = [...linesOf('given back', givenBack), ...linesOf('undone', undone)];
      for (const line of lines) print(io.stdout, line);
      if (lines.length === 0) print(io.stdout, nothingThere);
    }
    if (exitCode === 0) return 0;
    printFooter(io, lastWords(id, leftovers, warnings, flags));
    return exitCode;
  });
}

/** Takes no lock and notes nothing: a run that is at work is only looked at. */
async function showForecast(id: string, keys: Keys, flags: RollbackFlags, io: Io, redactor: Redactor): Promise<number> {
  const run = await withState(flags, io, redactor, ({ runs }) => readRun(runs, id));
  return withHost(await hostOfRun(run.begin, flags, io), flags, io, redactor, async ({ tools, idle }) => {
    const { removed, restored, givenBack, leftovers, warnings } = await foreseeRollback(run, keys, tools);
    await idle();
    throwIfStopped(tools);
    const would = [
      ...removed.map((each) => ({ ...each, action: 'removed' as const })),
      ...restored.map((each) => ({ ...each, action: 'restored' as const })),
      ...givenBack.map((each) => ({ ...each, action: 'given_back' as const })),
    ];
    const value: RollbackOutput = {
      schema: 'relay.rollback/1',
      run: id,
      dryRun: true,
      would,
      undone: [],
      givenBack: [],
      leftovers,
      warnings,
      exitCode: 0,
    };
    if (printResult(io, flags, 'rollback', value)) return 0;
    const style = styleFor(io, 'stdout', flags.color);
    for (const each of would)
      print(io.stdout, `${style.bad(`would be ${each.action.replace('_', ' ')}`)} ${nameOf(each)}`);
    for (const each of leftovers) print(io.stdout, `${style.unsure('would be kept')} ${nameOf(each)}: ${each.reason}`);
    for (const each of warnings) print(io.stdout, `${style.unsure(each.code)}: ${each.message}`);
    if (would.length === 0) print(io.stdout, nothingThere);
    return 0;
  });
}

/** What would go, of each kind; there is nothing to ask where nothing would. */
function questionsOf({
  removed,
  restored,
  givenBack,
}: UndoForecast & { givenBack: UndoForecast['removed'] }): string[] {
  return [
    ...listed(removed, 'would be removed'),
    ...listed(restored, 'would get back what held before the run'),
    ...listed(givenBack, 'would be made anew'),
  ];
}

/** The keys of accounts that the run may have removed. */
async function keysOf({ keys }: RollbackFlags, io: Io, redactor: Redactor): Promise<Keys> {
  if (keys === undefined) return new Map();
  const read = acceptedKeys(await readKeys(keys, 'strict', io, redactor));
  return new Map(read.map(({ fingerprint, key }) => [fingerprint, key]));
}

function listed(objects: UndoForecast['removed'], what: string): string[] {
  return [...new Set(objects.map(({ kind }) => kind))].map((kind) => {
    const own = objects.filter((each) => each.kind === kind);
    const names = own.slice(0, 5).map(({ name }) => name);
    return `${counted(own.length, kind)} ${what}: ${names.join(', ')}${own.length > 5 ? ', …' : ''}.`;
  });
}

function nameOf({ kind, name, id }: Pick<Leftover, 'kind' | 'name' | 'id'>): string {
  return `${kind} "${name}" (${id})`;
}

function lastWords(
  id: string,
  leftovers: readonly Leftover[],
  warnings: readonly Problem[],
  flags: RollbackFlags,
): LastWords {
  const left = `${counted(leftovers.length, 'object of the run was', 'objects of the run were')} not undone.`;
  const lost = warnings.map(({ code, message }) => `${code}: ${message}`);
  const hints = warnings.map(({ hint }) => hint).join(' ');
  return {
    happened: [...(leftovers.length > 0 ? [left] : []), ...lost].join('\n'),
    holds:
      leftovers.length > 0
        ? leftoversState(leftovers, [])
        : 'The host holds nothing of the run any more, and lacks accounts that the run removed.',
    named: leftovers.map(leftoverLine),
    todo: leftovers.length > 0 ? leftoversAdvice(leftovers, []) : hints,
    next: repeatCommand(`relay rollback ${id}`, leftovers.length > 0 ? flags : { ...flags, keys: 'FILE' }),
  };
}
