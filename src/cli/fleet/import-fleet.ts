import { resolve } from 'node:path';
import { inStage, throwIfStopped } from '../../apply/run-tools.ts';
import { limitsOf } from '../../config/defaults.ts';
import type { ImportFlags } from '../../config/options/option-flags.ts';
import { bucketsOf } from '../../core/buckets.ts';
import { systemClock } from '../../core/clock.ts';
import { counted } from '../../core/counted.ts';
import { RelayError } from '../../core/relay-error.ts';
import { unitText } from '../../core/run-event.ts';
import type { Redactor } from '../../core/secrets/redactor.ts';
import { importsReportSchema, type ImportsReport, type UnitReport } from '../../report/outputs/imports-schema.ts';
import { exitCodeOfAll } from '../../report/outcome.ts';
import type { Io } from '../io.ts';
import { holdLess, manyKeys } from '../commands/import-on-host.ts';
import { checkPlaces } from '../options/check-places.ts';
import { checkTerms } from '../options/choose-pack.ts';
import { newRunId, readImportRequest, reportPlace } from '../options/import-options.ts';
import { repeatCommand } from '../options/repeat-command.ts';
import { sourcesOf } from '../options/sources.ts';
import { confirmHosts } from '../session/confirm-host.ts';
import { addressQuestion, askConsent, nameModelsInstead } from '../session/consent.ts';
import { namedBy } from '../session/run-import.ts';
import { stateOf } from '../session/host-session.ts';
import { statePlaceOf } from '../session/open-state.ts';
import { watch, type WatchedWhole } from '../session/watch.ts';
import { FleetHosts, fleetPace } from './fleet-hosts.ts';
import { importAll, importText, lookAtAll, lookText } from './import-all.ts';
import { refusedWithAll, type Seen, type UnitImport } from './import-unit.ts';
import { showPlans } from './plan-fleet.ts';
import { publishImports, writeRefusal } from './publish-fleet.ts';
import { optionsForAll, readFleet, type Fleet } from './read-fleet.ts';

/**
 * `relay import --file` and `relay plan --file`: imports into one host or many. All are read, every host is looked at, and what
 * needs a yes is asked, before the first write; each then stands for itself. Returns one exit code for all.
 */
export async function importFleet(flags: ImportFlags & { file: string }, io: Io, redactor: Redactor): Promise<number> {
  const startedAt = Date.now();
  const sources = sourcesOf(flags, io, redactor);
  const common = optionsForAll(flags);
  const read: UnitImport[] = [];
  const fleet = await readFleet(flags, io, sources, async (unit) => {
    const own = { ...common, ...unit.options };
    const host = () => sources.host(own, unit.order);
    const request = await readImportRequest(own, io, redactor, { ...sources, host });
    if (flags.dryRun !== true) checkTerms(unit.provider, flags.acceptTerms ?? []);
    read.push({ unit, request, flags: own });
  });
  const ofHosts = byHost(fleet, read);
  const all = ofHosts.flat();
  if (all.reduce((sum, { request }) => sum + request.job.keyFile.entries.length, 0) > manyKeys) await holdLess();
  const settings = new Map(all.map(({ unit, request }) => [unit.name.host, request.host]));
  const { place, named } = reportPlace(flags);
  const written = place !== null && (flags.dryRun !== true || named) ? place : null;
  const inputs = all.flatMap(({ request }) => request.inputs);
  const distinct = [...new Map(inputs.map((each) => [`${each.named} ${each.file}`, each])).values()];
  await checkPlaces(flags, written, [{ file: resolve(io.cwd, flags.file), named: '--file' }, ...distinct], io);
  await confirmHosts([...settings.values()], flags, io);
  const seen = new Map<UnitImport, Seen>();
  const reportOf = (reports: readonly UnitReport[]): ImportsReport =>
    importsReportSchema.parse({
      schema: 'relay.imports-report/1',
      startedAt: new Date(startedAt).toISOString(),
      finishedAt: new Date().toISOString(),
      relayVersion: io.version,
      exitCode: exitCodeOfAll(reports.map(({ exitCode }) => exitCode)),
      fleet: { digest: fleet.digest, shard: fleet.shard, missing: [] },
      imports: reports,
    });
  const work = async (whole: WatchedWhole): Promise<number> => {
    const state = stateOf(statePlaceOf(flags, io), whole, io, redactor);
    const hosts = new FleetHosts(whole, { ...limitsOf(flags), redactor, state, settings });
    whole.atEnd(() => hosts.close());
    const policy = { ...fleetPace(flags.hostsAtOnce), stop: whole.stop, failFast: flags.failFast === true };
    await agreeToLists(all, flags, io, whole.stop);
    const inAll = { clock: systemClock, emit: whole.events.emit };
    await inStage(
      inAll,
      'plan',
      `Look at ${counted(fleet.hosts.length, 'host')}`,
      () => lookAtAll(ofHosts, seen, hosts, policy, flags.dryRun === true),
      () => lookText([...seen.values()]),
    );
    await whole.events.idle();
    if (flags.dryRun === true) return showPlans(all, seen, fleet, flags, io);
    await askConsent(questionsOf(seen), io, flags, whole.stop);
    throwIfStopped(whole);
    const lasting = all.length === 0 || [...settings.values()].some(({ kind }) => kind === 'url');
    // That the state cannot be reached is no matter of a single unit.
    if (all.length > 0 && lasting) await (await state()).reports.has(newRunId());
    const reports = await inStage(
      inAll,
      'apply',
      counted(all.length, 'import'),
      () => importAll(ofHosts, seen, { hosts, whole, policy }),
      importText,
    );
    await whole.events.idle();
    const next = repeatCommand('relay import', flags);
    return publishImports(reportOf(reports), { place: written, lasting, next }, flags, io);
  };
  try {
    return await watch(limitsOf(flags), flags, io, redactor, work);
  } catch (error) {
    if (!(error instanceof RelayError) || flags.dryRun === true) throw error;
    // A report of an earlier time must not stand in for one that was refused.
    const refused = reportOf(all.map((each) => refusedWithAll(each, seen.get(each), error)));
    await writeRefusal({ ...refused, exitCode: error.exitCode }, named ? written : null, flags, io);
    throw error;
  }
}

/** What needs a yes, each question once, with the units that it is about. */
function questionsOf(seen: ReadonlyMap<UnitImport, Seen>): string[] {
  const asked = [...seen].flatMap(([{ unit }, end]) =>
    'error' in end ? [] : end.questions.map((question) => ({ question, name: unitText(unit.name) })),
  );
  return [...bucketsOf(asked, ({ question }) => question)].map(
    ([question, own]) => `${own.map(({ name }) => name).join(', ')}: ${question}`,
  );
}

/** The imports of each host. */
function byHost({ hosts }: Fleet, all: readonly UnitImport[]): UnitImport[][] {
  const of = bucketsOf(all, ({ unit }) => unit.name.host);
  return hosts.map(({ host }) => of.get(host) ?? []);
}

/** Lists of models are read with keys, so that it is asked first where these would go. Throws `CONSENT_NEEDED`. */
async function agreeToLists(all: readonly UnitImport[], flags: ImportFlags, io: Io, stop: AbortSignal): Promise<void> {
  const open = all.flatMap((each) => {
    const { job, host } = each.request;
    const where =
      job.live === null || host.kind === 'sandbox' ? undefined : addressQuestion(job, namedBy(each.flags, null));
    return where === undefined ? [] : [{ each, where }];
  });
  await askConsent([...new Set(open.map(({ where }) => where))], io, flags, stop, nameModelsInstead);
  for (const { each } of open) each.agreed = true;
}
