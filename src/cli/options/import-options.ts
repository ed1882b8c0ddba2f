import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { defaults, gatewayWaitMs, limitsOf } from '../../config/defaults.ts';
import type { HostSettings } from '../../config/host-settings.ts';
import type { ImportFlags } from '../../config/options/option-flags.ts';
import { optionsThat } from '../../config/options/option-table.ts';
import { parseTarget, readTargets } from '../../config/targets.ts';
import type { ImportJob } from '../../flows/import/import-job.ts';
import { hintsOnKeys } from '../../keys/key-hints.ts';
import { counted } from '../../core/counted.ts';
import { onlyKeys, type KeyFile } from '../../keys/key-file.ts';
import { placeholderKeys } from '../../keys/placeholder.ts';
import type { PackProvider } from '../../pack/manifest.ts';
import { settleProvider } from '../../pack/settle-provider.ts';
import { unknownUpstream } from '../../flows/provider-on-host.ts';
import { chooseProvider } from '../../pack/find-pack.ts';
import type { AccessMode } from '../../core/modes.ts';
import type { Redactor } from '../../core/secrets/redactor.ts';
import { problem, RelayError, type Problem } from '../../core/relay-error.ts';
import type { Target } from '../../core/target.ts';
import { askedModels } from './asked-models.ts';
import { checkedBaseUrl } from './base-url.ts';
import { optionNeeded, termsOf } from './choose-pack.ts';
import { inputFiles, type InputFile } from './input-files.ts';
import type { StatePlace } from '../../config/state-place.ts';
import type { Io } from '../io.ts';
import { statePlaceOf } from '../session/open-state.ts';
import { reachUpstream } from '../session/reach-upstream.ts';
import { readProbeKey } from './read-keys.ts';
import { isGiven } from './resolve-options.ts';
import { sourcesOf, type Sources } from './sources.ts';

export interface ImportRequest {
  job: ImportJob;
  host: HostSettings;
  state: StatePlace;
  timeoutMs: number;
  deadlineMs: number | undefined;
  inputs: InputFile[];
  /** Where the report goes: a path, `-`, or `null` for none. Named: it was asked for. */
  report: { place: string | null; named: boolean };
}

/** Reads and checks everything that an import is asked with, before the host is touched (rules B2 to B5). */
export async function readImportRequest(
  options: ImportFlags,
  io: Io,
  redactor: Redactor,
  sources: Sources = sourcesOf(options, io, redactor),
): Promise<ImportRequest> {
  const loaded = await sources.config();
  const { keys } = options;
  const { pack, warnings } = await sources.pack(options);
  const ofPack = chooseProvider(pack, options.provider);
  if (keys === undefined && ofPack.keys !== 'none') throw optionNeeded('--keys <file>');
  checkStdin(options);
  const mode = options.mode ?? defaults.mode;
  const access = accessMode(options.access);
  const targets = await readAllTargets(options);
  const host = await sources.host(options);
  const baseUrl = baseUrlOf(ofPack, options, host);
  const probeKey = await readProbeKey(options, io, redactor);
  const { keyFile, told } = await keysOf(options, ofPack, sources);
  const asked = askedModels(options.model, redactor);
  const { provider, live } = settleProvider(ofPack, baseUrl, asked);
  const tryAgain = await failedBefore(options, { provider: provider.id, access, host }, io);
  const job: ImportJob = {
    run: newRunId(),
    relayVersion: io.version,
    pack,
    provider,
    live: live === null ? null : { order: live, reach: reachUpstream(options, io, redactor) },
    modelsFrom: live === null ? (asked.length === 0 ? 'pack' : 'command') : 'upstream',
    keysFrom: keys === undefined || keys === '-' ? null : resolve(io.cwd, keys),
    keyFile: tryAgain === null ? keyFile : stillIn(keyFile, tryAgain, options),
    mode,
    access,
    // What is not tried again stays as it is.
    accounts: tryAgain === null ? (options.accounts ?? defaults.accounts) : 'append',
    targets,
    extend: options.extend ?? false,
    adopt: options.adopt ?? false,
    failed: options.failed ?? defaults.failed,
    allowMassRemoval: options.allowMassRemoval === true,
    probe: options.probe ?? defaults.probe,
    warnings: [...warnings, ...told, ...termsOf(provider), ...hintsOnKeys(keyFile, provider.keyHints)],
    probeKey,
    resumed: false,
    concurrency: options.concurrency ?? null,
    batchSize: options.batchSize ?? defaults.batchSize,
    gatewayWaitMs: options.gatewayWait ?? gatewayWaitMs,
  };
  return {
    job,
    host,
    state: statePlaceOf(options, io),
    ...limitsOf(options),
    inputs: inputFiles(options, loaded, [pack.file], io),
    report: reportPlace(options),
  };
}

/** Where the report of an import is to go. */
export function reportPlace(options: ImportFlags): ImportRequest['report'] {
  const asked = options.report === false ? null : (options.report ?? defaults.report);
  // The last of the lines is the report.
  const place = asked === '-' && options.output === 'ndjson' ? null : asked;
  return { place, named: typeof options.report === 'string' && isGiven(options, 'report') };
}

/** The keys that failed in an earlier report of the same import; nothing when all are meant. */
async function failedBefore(
  options: ImportFlags,
  asked: { provider: string; access: AccessMode; host: HostSettings },
  io: Io,
): Promise<ReadonlySet<string> | null> {
  const { onlyFailed, fromReport } = options;
  if (onlyFailed !== true && fromReport === undefined) return null;
  if (onlyFailed !== true || fromReport === undefined || isGiven(options, 'accounts'))
    throw new RelayError('USAGE', '--only-failed and --from-report belong together, without --accounts.', {
      hint: 'Write --only-failed --from-report relay-report.json.',
    });
  const file = resolve(io.cwd, fromReport);
  const { openFingerprints, readEarlierReport } = await import('../../report/read-report.ts');
  const report = await readEarlierReport(file);
  const differences = [
    [report.provider.id, asked.provider],
    [report.accessMode, asked.access],
    [report.host.url, asked.host.kind === 'url' ? asked.host.url : 'sandbox'],
  ].filter(([was, is]) => was !== is);
  const [first] = differences;
  if (first !== undefined)
    throw new RelayError(
      'REPORT_DIFFERS',
      `The report ${fromReport} is of ${first[0]}, and this import is of ${first[1]}.`,
    );
  return openFingerprints(report);
}

/** The file with those keys only. Throws `REPORT_DIFFERS` where it holds none of them: a key that was replaced is another. */
function stillIn(keyFile: KeyFile, failed: ReadonlySet<string>, { fromReport, keys }: ImportFlags): KeyFile {
  const file = onlyKeys(keyFile, failed);
  if (failed.size === 0 || file.entries.length > 0) return file;
  const them = counted(failed.size, 'key that failed', 'keys that failed');
  throw new RelayError(
    'REPORT_DIFFERS',
    `Of ${them} in the report ${fromReport}, none is in ${keys === '-' ? 'what was given' : keys} any more.`,
    {
      hint: 'Keys that were replaced are others: import the whole file, without --only-failed and --from-report.',
    },
  );
}

/** Refuses two things that would both be read from standard input. Throws `USAGE`. */
export function checkStdin(options: object): void {
  const given = new Map(Object.entries(options));
  if (optionsThat(({ holds }) => holds === 'secret').filter((name) => given.get(name) === '-').length > 1)
    throw new RelayError('USAGE', 'Standard input can be read for one thing only.', {
      hint: 'Give the others as files.',
    });
}

/** The access mode of a word, either way it is written. */
export function accessMode(word: string | undefined): AccessMode {
  return word === 'self-service' || word === 'self_service' ? 'self_service' : 'subscription';
}

/** The time and chance, so that runs sort by time and never share an id: a fleet begins thousands in one second. */
export function newRunId(): string {
  const time = new Date().toISOString().replace(/[-:]/g, '').slice(0, 15).replace('T', '-').toLowerCase();
  return `${time}-${randomBytes(5).toString('hex')}`;
}

/** Where keys are sent. The embedded host brings an upstream of its own, which takes the place of one that is not known. */
function baseUrlOf({ id, baseUrl, platform }: PackProvider, options: ImportFlags, host: HostSettings): string {
  const text = options.baseUrl ?? (baseUrl === 'ask' && host.kind === 'sandbox' ? unknownUpstream : baseUrl);
  if (text === 'ask') throw new RelayError('BASE_URL_NEEDED', `The pack does not say where ${id} is.`);
  return checkedBaseUrl(text, platform, options.allowHttp ?? false);
}

/** The keys of an import; where the upstream asks for none and none are given, a placeholder for one account. */
async function keysOf(
  { keys, mode = defaults.mode }: ImportFlags,
  { id }: PackProvider,
  sources: Sources,
): Promise<{ keyFile: KeyFile; told: Problem[] }> {
  if (keys !== undefined) return { keyFile: await sources.keys(keys, mode), told: [] };
  const told = problem('KEY_PLACEHOLDER', `${id} asks for no key: one account is made, with a placeholder for a key.`);
  return { keyFile: placeholderKeys(), told: [told] };
}

async function readAllTargets(options: ImportFlags): Promise<Target[]> {
  const listed = options.users === undefined ? [] : await readTargets(options.users);
  return [...(options.user ?? []).map((text) => parseTarget(text)), ...listed];
}
