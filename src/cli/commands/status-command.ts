import { resolve } from 'node:path';
import { throwIfStopped } from '../../apply/run-tools.ts';
import type { Flags } from '../../config/options/option-flags.ts';
import { readStatus } from '../../flows/read-status.ts';
import { acceptedKeys } from '../../keys/key-file.ts';
import { readRun } from '../../journal/read-journal.ts';
import { readKeyFile } from '../../keys/read-key-file.ts';
import type { KeyOfStatus } from '../../plan/provider-status.ts';
import { statusSchema } from '../../plan/status-schema.ts';
import { statusFaults } from '../../report/status-faults.ts';
import { statusText } from '../../report/text/status-text.ts';
import type { Redactor } from '../../core/secrets/redactor.ts';
import { stateDirOf } from '../session/hold-lock.ts';
import { print, styleFor, type Io } from '../io.ts';
import { nothingWritten, printFooter } from '../output/footer.ts';
import { shellWord } from '../../core/shell-word.ts';
import { repeatCommand } from '../options/repeat-command.ts';
import { printResult } from '../output/result.ts';
import { withProvider } from '../session/with-provider.ts';

type StatusFlags = Flags<'status'>;

/** `relay status`: what the host holds for a provider. 0, or with `--detailed-exitcode` 8 when something is not fine. */
export async function statusCommand(flags: StatusFlags, io: Io, redactor: Redactor): Promise<number> {
  const keys = await keysOf(flags, io, redactor);
  return withProvider(flags, false, io, redactor, async ({ pack, provider, modes, tools, idle }) => {
    const status = statusSchema.parse(await readStatus({ pack, provider, modes, keys }, tools));
    await idle();
    throwIfStopped(tools);
    if (!printResult(io, flags, 'status', status))
      print(io.stdout, statusText(status, styleFor(io, 'stdout', flags.color), io.stdout.columns));
    const faults = statusFaults(status);
    if (faults === null || flags.detailedExitcode !== true) return 0;
    const { happened, next } = faults;
    const again = next === 'import' ? { ...flags, keys: flags.keys ?? 'FILE' } : { ...flags, keys: undefined };
    const unfinished = await unfinishedOf(status.untestedRuns, io);
    printFooter(io, {
      happened: `Not fine: ${happened}.`,
      holds: nothingWritten,
      next:
        unfinished === undefined
          ? repeatCommand(`relay ${next}`, again)
          : `relay resume ${unfinished} --keys ${flags.keys === undefined ? 'FILE' : shellWord(flags.keys)}`,
    });
    return 8;
  });
}

/** The only run that left accounts untested, if it can be finished from here. */
async function unfinishedOf(runs: readonly string[], io: Io): Promise<string | undefined> {
  const [run, ...others] = runs;
  if (run === undefined || others.length > 0) return undefined;
  const recorded = await readRun(stateDirOf(io), run).catch(() => undefined);
  return recorded?.end === null ? run : undefined;
}

async function keysOf({ keys }: StatusFlags, io: Io, redactor: Redactor): Promise<KeyOfStatus[] | null> {
  if (keys === undefined) return null;
  // A line that cannot be a key hides nothing of what the host holds.
  const file = await readKeyFile(keys === '-' ? '-' : resolve(io.cwd, keys), 'partial', io.stdin);
  for (const entry of file.entries) {
    if (entry.kind === 'key') redactor.learn(entry.key);
    if (entry.kind === 'malformed')
      print(io.stderr, `warning KEYS_MALFORMED: ${keys}:${entry.line}: the line ${entry.why}`);
  }
  return acceptedKeys(file).map(({ line, fingerprint, settings }) => ({
    line,
    fingerprint,
    enabled: settings.enabled !== false,
  }));
}
