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
import type { Provider } from '../../pack/manifest.ts';
import { chooseProvider } from '../../pack/find-pack.ts';
import { disguiseOfOwn } from '../../core/disguise.ts';
import { isLoopback } from '../../core/loopback.ts';
import type { AccessMode } from '../../core/modes.ts';
import type { Redactor } from '../../core/secrets/redactor.ts';
import { RelayError } from '../../core/relay-error.ts';
import type { Target } from '../../core/target.ts';
import { optionNeeded, termsOf } from './choose-pack.ts';
import { inputFiles, type InputFile } from './input-files.ts';
import type { StatePlace } from '../../config/state-place.ts';
import type { Io } from '../io.ts';
import { statePlaceOf } from '../session/open-state.ts';
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
  if (keys === undefined) throw optionNeeded('--keys <file>');
  checkStdin(options);
  const mode = options.mode ?? defaults.mode;
  const access = accessMode(options.access);
  const provider = withBaseUrl(chooseProvider(pack, options.provider), options.baseUrl, options.allowHttp ?? false);
  const targets = await readAllTargets(options);
  const host = await sources.host(options);
  const probeKey = await readProbeKey(options, io, redactor);
  const keyFile = await sources.keys(keys, mode);
  const tryAgain = await failedBefore(options, { provider: provider.id, access, host }, io);
  const job: ImportJob = {
    run: newRunId(),
    relayVersion: io.version,
    pack,
    provider,
    keysFrom: keys === '-' ? null : resolve(io.cwd, keys),
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
    warnings: [...warnings, ...termsOf(provider), ...hintsOnKeys(keyFile, provider.keyHints)],
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

function withBaseUrl(provider: Provider, baseUrl: string | undefined, allowHttp: boolean): Provider {
  const text = baseUrl ?? provider.baseUrl;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw new RelayError('USAGE', '--base-url is no http or https URL.');
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw new RelayError('USAGE', '--base-url must hold neither a login nor a query.');
  const disguise = disguiseOfOwn(text);
  if (disguise !== undefined)
    throw new RelayError('USAGE', `--base-url ${disguise}.`, { hint: 'Write it as it is read.' });
  if (url.protocol === 'http:' && !isLoopback(url.hostname) && !allowHttp)
    throw new RelayError('HTTP_REFUSED', `The keys would be sent to ${url.origin} over plain http.`);
  // A host in another script is shown, and sent, as it is read.
  return { ...provider, baseUrl: url.href.replace(/\/+$/, '') };
}

async function readAllTargets(options: ImportFlags): Promise<Target[]> {
  const listed = options.users === undefined ? [] : await readTargets(options.users);
  return [...(options.user ?? []).map((text) => parseTarget(text)), ...listed];
}
