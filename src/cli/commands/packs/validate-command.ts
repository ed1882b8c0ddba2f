import type { Problem } from '../../../core/relay-error.ts';
import type { PackProvider } from '../../../pack/manifest.ts';
import { loadConfig } from '../../../config/config-file.ts';
import type { Flags } from '../../../config/options/option-flags.ts';
import { checkAge } from '../../../pack/checks/check-age.ts';
import { checkTogether } from '../../../pack/checks/check-together.ts';
import { findPlaces, type NoPlace, type PackPlace } from '../../../pack/find-pack.ts';
import { findingHint } from '../../../pack/finding.ts';
import { inspectPack, type PackReading } from '../../../pack/read-pack.ts';
import { findingsGithub, findingsJunit } from '../../../report/forms/findings-reports.ts';
import type { ValidateOutput } from '../../../report/outputs/pack-schemas.ts';
import { findingLines } from '../../../report/text/findings-text.ts';
import { counted } from '../../../core/counted.ts';
import type { Redactor } from '../../../core/secrets/redactor.ts';
import { shellWord } from '../../../core/shell-word.ts';
import type { Finding } from '../../../text/finding.ts';
import { columnsOf } from '../../columns.ts';
import { print, styleFor, type Io } from '../../io.ts';
import { nothingWritten, printFooter } from '../../output/footer.ts';

type ValidateFlags = Flags<'validate'>;

/**
 * `relay validate`: checks packs without touching a host or the network, or, where a host is named, asks it as well. 2 when
 * there are faults; warnings count with `--strict`.
 */
export async function validateCommand(
  words: readonly string[],
  flags: ValidateFlags,
  io: Io,
  redactor: Redactor,
): Promise<number> {
  const loaded = await loadConfig(flags.config, io);
  const places = await findPlaces(words, loaded.config.packDirs ?? []);
  const readings = await Promise.all(
    places.map(async (place): Promise<PackReading> => {
      if ('fault' in place) return { file: place.fault.file, lines: [], findings: [place.fault] };
      return inspectPack(place.path, place.origin);
    }),
  );
  const more = await checkTogether(readings);
  if (flags.strict === true)
    more.push(...(await Promise.all(readings.map((each) => checkAge(each, Date.now())))).flat());
  if (flags.host !== undefined) {
    const { askHost } = await import('../../session/ask-host.ts');
    const providers = readings.flatMap(({ pack }) => pack?.providers ?? []);
    more.push(...(await findingsOf(readings, await askHost(providers, flags, loaded, io, redactor))));
  }
  const checked = readings.map((each) => ({
    ...each,
    findings: [...each.findings, ...more.filter(({ file }) => file === each.file)],
  }));
  return show(checked, nextOf(places), flags, io);
}

/** What a host said of providers, at the places of those in their files. */
async function findingsOf(
  readings: readonly PackReading[],
  told: ReadonlyMap<PackProvider, Problem[]>,
): Promise<Finding[]> {
  const found = readings.flatMap(({ pack, findingAt }) =>
    (pack?.providers ?? []).flatMap((provider, index) =>
      (told.get(provider) ?? []).map(async ({ code, message, hint }) => {
        const place = await findingAt?.(['providers', index, 'id'], 'INVALID_VALUE', message);
        return place === undefined ? [] : [{ ...place, code, hint }];
      }),
    ),
  );
  return (await Promise.all(found)).flat();
}

/** What to do where one word leads to no pack, and it is known what was meant. */
function nextOf(places: readonly (PackPlace | NoPlace)[]): string | undefined {
  const [place] = places;
  if (places.length !== 1 || place === undefined || !('instead' in place)) return undefined;
  return place.instead === undefined ? 'relay packs list' : `relay validate ${shellWord(place.instead)}`;
}

function show(checked: readonly PackReading[], next: string | undefined, flags: ValidateFlags, io: Io): number {
  const isFault = (finding: Finding) => finding.severity === 'error' || flags.strict === true;
  const findings = checked.flatMap((each) => each.findings);
  const faults = findings.filter(isFault).length;
  const packs = counted(checked.length, 'pack');
  const { stdout } = io;
  if (flags.output === 'json') {
    const told = findings.map((finding) => ({ ...finding, hint: findingHint(finding) }));
    const value: ValidateOutput = { schema: 'relay.validate/1', ok: faults === 0, findings: told };
    print(stdout, JSON.stringify(value, null, 2));
  } else if (flags.output === 'junit') print(stdout, findingsJunit(checked, isFault));
  else if (flags.output === 'github') for (const line of findingsGithub(findings)) print(stdout, line);
  else {
    const style = styleFor(io, 'stdout', flags.color);
    for (const each of checked)
      for (const finding of each.findings)
        for (const line of findingLines(finding, each.lines, style, columnsOf(io))) print(stdout, line);
    const warnings = findings.length - faults;
    const told = warnings === 0 ? 'no faults' : `no faults, ${counted(warnings, 'warning')}`;
    if (flags.quiet !== true && faults === 0) print(stdout, `${style.good('ok')} ${packs} checked, ${told}.`);
  }
  if (faults === 0) return 0;
  const worst = checked.filter((each) => each.findings.some(isFault));
  printFooter(io, {
    happened: `${counted(faults, 'fault')} in ${worst.length === checked.length ? packs : `${worst.length} of ${packs}`}.`,
    holds: flags.host === undefined ? undefined : nothingWritten,
    todo: next === undefined ? `Correct ${worst.length === 1 ? 'it' : 'them'}.` : undefined,
    next: next ?? `relay validate ${worst.map(({ file }) => shellWord(file)).join(' ')}`,
  });
  return 2;
}
