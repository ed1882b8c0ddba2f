import { builtInPackIds, locatePack } from '../../pack/find-pack.ts';
import { findingText, type Finding } from '../../pack/finding.ts';
import { inspectPack } from '../../pack/read-pack.ts';
import { print, styleFor, type Io } from '../io.ts';
import { nothingWritten, sayLast } from '../last-words.ts';

export interface ValidateFlags {
  output: 'text' | 'json';
  strict?: boolean;
  quiet?: boolean;
  color: boolean;
}

/** `relay validate`: checks packs without touching a host or the network. 2 when there are faults; warnings count with `--strict`. */
export async function validateCommand(words: readonly string[], flags: ValidateFlags, io: Io): Promise<number> {
  const wanted = words.length > 0 ? words : await builtInPackIds();
  const findings: Finding[] = [];
  for (const word of wanted) {
    const { path, origin } = await locatePack(word);
    findings.push(...(await inspectPack(path, origin)).findings);
  }
  const faults = findings.filter((finding) => finding.severity === 'error' || flags.strict === true);
  const ok = faults.length === 0;
  if (flags.output === 'json') print(io.stdout, JSON.stringify({ ok, findings }, null, 2));
  else {
    const style = styleFor(io, 'stdout', flags.color);
    for (const finding of findings)
      print(
        io.stdout,
        `${finding.severity === 'error' ? style.bad('error') : style.unsure('warning')} ${findingText(finding)}`,
      );
    if (flags.quiet !== true && ok)
      print(
        io.stdout,
        `${style.good('ok')} ${wanted.length} pack${wanted.length === 1 ? '' : 's'} checked, no faults.`,
      );
  }
  if (!ok)
    sayLast(io, {
      happened: `${faults.length} fault${faults.length === 1 ? '' : 's'} in ${wanted.length} pack${wanted.length === 1 ? '' : 's'}.`,
      holds: nothingWritten,
      next: 'Correct them; `relay packs schema` prints what a manifest may hold.',
    });
  return ok ? 0 : 2;
}
