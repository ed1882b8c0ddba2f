import type { ImportFlags } from '../../config/options/option-flags.ts';
import { exitCodeOfLooks } from '../../report/outcome.ts';
import { importsPlanSchema } from '../../report/outputs/imports-schema.ts';
import { planText } from '../../report/text/plan-text.ts';
import { unitTable, type UnitRow } from '../../report/text/units-text.ts';
import { columnsOf } from '../columns.ts';
import { print, styleFor, type Io } from '../io.ts';
import { repeatCommand } from '../options/repeat-command.ts';
import { nothingWritten, printFooter } from '../output/footer.ts';
import { printResult } from '../output/result.ts';
import type { Seen, UnitImport } from './import-unit.ts';
import type { Fleet } from './read-fleet.ts';
import { emptyShard } from './tell-units.ts';

/** Shows what the imports of a fleet would do, and which could not be planned. Returns the exit code of all. */
export function showPlans(
  all: readonly UnitImport[],
  seen: ReadonlyMap<UnitImport, Seen>,
  { shard }: Pick<Fleet, 'shard'>,
  flags: ImportFlags,
  io: Io,
): number {
  const planned = all.flatMap((each) => {
    const found = seen.get(each);
    return found === undefined || 'error' in found ? [] : [{ unit: each.unit.name, ...found.view }];
  });
  const failed = all.flatMap((each) => {
    const found = seen.get(each);
    return found === undefined || !('error' in found) ? [] : [{ unit: each.unit.name, error: found.error }];
  });
  const value = importsPlanSchema.parse({
    schema: 'relay.imports-plan/1',
    imports: planned,
    failed: failed.map(({ unit, error }) => ({ unit, ...error.toProblem() })),
  });
  const style = styleFor(io, 'stdout', flags.color);
  if (!printResult(io, flags, 'plans', value)) {
    if (all.length === 0) print(io.stdout, emptyShard(shard));
    if (planned.length > 0) print(io.stdout, planText(value.imports, { style, columns: columnsOf(io) }));
    if (failed.length > 0) {
      const rows = failed.map(({ unit, error }): UnitRow => {
        return { unit, tone: 'bad', word: 'not planned', says: `${error.code}: ${error.message}` };
      });
      print(io.stdout, `${planned.length > 0 ? '\n' : ''}${unitTable(rows, { style, columns: columnsOf(io) })}`);
    }
  }
  const pending = flags.detailedExitcode === true && planned.some(({ acts }) => acts);
  const exitCode = exitCodeOfLooks([
    ...planned.map(() => (pending ? 8 : 0)),
    ...failed.map(({ error }) => error.exitCode),
  ]);
  if (exitCode === 0) return 0;
  const [first] = failed;
  printFooter(io, {
    happened:
      first === undefined ? 'Changes are pending.' : `${failed.length} of ${all.length} imports could not be planned.`,
    holds: nothingWritten,
    todo: first?.error.hint,
    next: first === undefined ? repeatCommand('relay import', flags) : repeatCommand('relay plan', flags),
  });
  return exitCode;
}
