import { inStage, throwIfStopped } from '../../apply/run-tools.ts';
import { loadConfig, type LoadedConfig } from '../../config/config-file.ts';
import type { ConfigFile } from '../../config/config-schema.ts';
import { hostAddress, loginTo, type HostOrder, type SandboxPlace } from '../../config/host-settings.ts';
import { limitsOf } from '../../config/defaults.ts';
import type { Flags, HostOptions } from '../../config/options/option-flags.ts';
import { examineHost } from '../../flows/run-diagnostics.ts';
import type { Diagnosis } from '../../host/diagnosis.ts';
import type { GivenLogin } from '../../host/login.ts';
import { chooseProvider } from '../../pack/find-pack.ts';
import type { HostInfo } from '../../host/host.ts';
import type { PackProvider } from '../../pack/manifest.ts';
import { doctorReport, type DoctorReport } from '../../report/doctor-report.ts';
import { doctorText } from '../../report/text/doctor-text.ts';
import { systemClock } from '../../core/clock.ts';
import type { Redactor } from '../../core/secrets/redactor.ts';
import { RelayError } from '../../core/relay-error.ts';
import { acceptTermsOfUse, checkPerson } from '../session/accept-terms.ts';
import { confirmHosts } from '../session/confirm-host.ts';
import { choosePack, refuseBareProvider, stillToGive } from '../options/choose-pack.ts';
import { diagnoseHost, hostPlace } from '../session/open-host.ts';
import { columnsOf } from '../columns.ts';
import { print, styleFor, type Io } from '../io.ts';
import { nothingWritten, printFooter } from '../output/footer.ts';
import { commandAfter } from '../output/show-error.ts';
import { repeatCommand } from '../options/repeat-command.ts';
import { printResult } from '../output/result.ts';
import { watch } from '../session/watch.ts';

type DoctorFlags = Flags<'doctor'>;

/** Where an examined host is; its login may be missing. */
export type ExaminedSettings =
  | SandboxPlace
  | { kind: 'url'; url: string; hostKind: string | undefined; onlyIn: string | null; login: GivenLogin };

/**
 * `relay doctor`: what works between here and a host, and what to do where it does not. 0, or 3 when a check failed. Sends
 * nothing but reads, and the acceptance of the host's terms when a person asked for it and typed it.
 */
export async function doctorCommand(flags: DoctorFlags, io: Io, redactor: Redactor): Promise<number> {
  if (flags.file !== undefined) {
    const { doctorFleet } = await import('../fleet/doctor-fleet.ts');
    return doctorFleet({ ...flags, file: flags.file }, io, redactor);
  }
  if (flags.acceptCompliance === true) checkPerson(io, flags);
  const loaded = await loadConfig(flags.config, io);
  const provider = await providerOf(flags, loaded.config);
  const settings = await examinedSettings(flags, loaded, io);
  await confirmHosts([settings], flags, io);
  return watch(limitsOf(flags), flags, io, redactor, async ({ events, stop, session, atEnd }) => {
    const place = await hostPlace(settings, { ...session, stop });
    atEnd(place.close);
    const { baseUrl } = place.http;
    const look = () => diagnoseHost(place, session.hostKinds);
    const tools = { clock: systemClock, stop, emit: events.emit };
    const examine = async () =>
      inStage(tools, 'connect', `Examine ${baseUrl}`, () => examination(look, provider, tools, baseUrl), summary);
    let { found, report } = await examine();
    await events.idle();
    const { termsOfUse } = found;
    const accepts = flags.acceptCompliance === true && termsOfUse !== null;
    if (accepts) {
      await acceptTermsOfUse(termsOfUse, baseUrl, io, stop);
      ({ found, report } = await examine());
      await events.idle();
    } else if (flags.acceptCompliance === true && found.host !== null) print(io.stderr, 'There is nothing to accept.');
    show(report, found.info, provider, flags, io);
    return end(report, { accepted: accepts, waits: found.termsOfUse !== null }, flags, io);
  });
}

async function providerOf(flags: DoctorFlags, config: ConfigFile): Promise<PackProvider | undefined> {
  refuseBareProvider(flags);
  const { pack, provider } = flags;
  return pack === undefined ? undefined : chooseProvider((await choosePack({ pack }, config)).pack, provider);
}

/** A login that is missing is found by the examination, not by the command line. */
export async function examinedSettings(
  flags: HostOptions,
  loaded: LoadedConfig,
  io: Io,
  order?: HostOrder,
): Promise<ExaminedSettings> {
  const address = hostAddress(flags, io.env, loaded, order);
  if (address.kind === 'sandbox') return address;
  const login = await loginTo(address, flags, io.env, loaded.config, io.stdin, order).catch(
    (error: unknown): GivenLogin => {
      if (error instanceof RelayError && error.code === 'LOGIN_MISSING') return { missing: error.toProblem() };
      throw error;
    },
  );
  const { url, hostKind, onlyIn } = address;
  return { kind: 'url', url, hostKind, onlyIn, login };
}

interface Examination {
  found: Diagnosis;
  report: DoctorReport;
}

/** Looks at a host and what an import of the provider would stumble over there. */
export async function examination(
  look: () => Promise<Diagnosis>,
  provider: PackProvider | undefined,
  tools: { clock: typeof systemClock; stop: AbortSignal },
  url: string,
): Promise<Examination> {
  const found = await look();
  throwIfStopped(tools);
  const checks = await examineHost(found, provider, tools);
  throwIfStopped(tools);
  return { found, report: doctorReport(url, found.info, checks) };
}

function summary({ report: { checks, ok } }: Examination): { ok: boolean; text: string } {
  const failed = checks.filter(({ state }) => state === 'failure').map(({ name }) => name);
  return { ok, text: ok ? `${checks.length} checks` : `failed: ${failed.join(', ')}` };
}

function show(
  report: DoctorReport,
  info: HostInfo | null,
  provider: PackProvider | undefined,
  flags: DoctorFlags,
  io: Io,
): void {
  if (printResult(io, flags, 'doctor', report)) return;
  print(io.stdout, doctorText(report, styleFor(io, 'stdout', flags.color), columnsOf(io)));
  if (!report.ok || flags.quiet === true) return;
  const { pack = 'PACK' } = flags;
  const access = info?.capabilities.grants.subscription.possible === false ? { access: 'self-service' as const } : {};
  const next = {
    ...flags,
    acceptCompliance: undefined,
    pack,
    ...(provider === undefined ? { keys: 'FILE' } : stillToGive(provider)),
    ...access,
  };
  print(io.stdout, `Next: ${repeatCommand('relay import', next)}`);
}

/** The first failure is what the others may come from. */
function end(
  { checks, exitCode }: DoctorReport,
  terms: { accepted: boolean; waits: boolean },
  flags: DoctorFlags,
  io: Io,
): number {
  const failed = checks.find(({ state }) => state === 'failure');
  if (failed === undefined) return exitCode;
  const again = repeatCommand('relay doctor', { ...flags, acceptCompliance: terms.waits });
  printFooter(io, {
    // The checks are shown beside it.
    happened: flags.output === 'text' ? `The check "${failed.name}" failed.` : `${failed.name}: ${failed.message}`,
    holds: terms.accepted
      ? 'The host has noted that its compliance terms are accepted; nothing else was written.'
      : nothingWritten,
    todo: terms.waits ? 'Read the document.' : flags.output === 'text' ? undefined : (failed.hint ?? undefined),
    next: terms.waits || failed.code === null ? again : commandAfter(failed.code, again),
  });
  return exitCode;
}
