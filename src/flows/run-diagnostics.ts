import type { Check, CheckId, CheckList, Diagnosis } from '../host/diagnosis.ts';
import type { Host, HostInfo } from '../host/host.ts';
import type { PackProvider, Provider } from '../pack/manifest.ts';
import type { ProviderSnapshot } from '../plan/provider-status.ts';
import type { Clock } from '../core/clock.ts';
import { codes } from '../core/codes.ts';
import { accessModes, accessSlug } from '../core/modes.ts';
import { RelayError, type Problem } from '../core/relay-error.ts';
import { preflightProblems, versionProblems } from './preflight.ts';
import { tellUpstream, upstreamName } from './check-upstreams.ts';
import { providerOnHost } from './provider-on-host.ts';
import { takeSnapshot } from './read-status.ts';

const everyHost: CheckId[] = [
  'address',
  'setup',
  'version',
  'login',
  'compliance',
  'backend_mode',
  'captcha',
  'second_factor',
  'plugins',
  'settings',
  'lists',
  'pace',
  'probe_key',
  'clock',
  'upstream',
];
const everyPack: CheckId[] = ['pack_version', 'pack_objects'];

export interface ExamineTools {
  clock: Clock;
  stop: AbortSignal;
}

/**
 * Adds to what the adapter found what the engine can tell: ways to a user key, the upstreams, and what an import of
 * `provider` would stumble over. Changes nothing on the host. Throws only what no host can cause.
 */
export async function examineHost(
  { checks, info, host }: Diagnosis,
  provider: PackProvider | undefined,
  tools: ExamineTools,
): Promise<Check[]> {
  // Without a login nothing is known of it.
  if (info !== null && host !== null) tellProbeKey(checks, info);
  if (info !== null && provider !== undefined) tellVersion(checks, provider, info);
  if (host !== null) await tellHeld(checks, host, provider, tools);
  return checks.all(provider === undefined ? everyHost : [...everyHost, ...everyPack]);
}

function tellProbeKey(checks: CheckList, { capabilities: { clientKeys } }: HostInfo): void {
  const closed = accessModes.flatMap((access) => {
    const can = clientKeys[access];
    return can.possible ? [] : [{ access, why: can.why }];
  });
  const [first] = closed;
  if (first === undefined) checks.pass('probe_key', 'relay can make a key for it, and removes it again');
  else {
    const where = closed.length === accessModes.length ? '' : ` with ${accessSlug(first.access)} access`;
    checks.warn('probe_key', `relay can make no key for it${where}: ${first.why}`, codes.PROBE_KEY_IMPOSSIBLE.hint);
  }
}

function tellVersion(checks: CheckList, provider: PackProvider, info: HostInfo): void {
  const { version } = info;
  const [problem] = versionProblems(provider, info);
  if (problem === undefined)
    checks.pass(
      'pack_version',
      `${version} will do for ${provider.id}${provider.baseUrl === 'ask' ? '' : `, whose keys go to ${upstreamName(provider.baseUrl)}`}`,
    );
  else checks.fail('pack_version', problem);
}

async function tellHeld(
  checks: CheckList,
  host: Host,
  provider: PackProvider | undefined,
  tools: ExamineTools,
): Promise<void> {
  let held: ProviderSnapshot;
  try {
    held = await takeSnapshot({ host, ...tools });
  } catch (failure) {
    if (!(failure instanceof RelayError)) throw failure;
    checks.fail('upstream', failure);
    return;
  }
  if (provider !== undefined) tellObjects(checks, providerOnHost(provider, held.accounts), host, held);
  await tellUpstream(checks, host, held.accounts, provider);
}

/** Obstacles of the same kind stand in both access modes; each is told once. */
function tellObjects(checks: CheckList, provider: Provider, host: Host, held: ProviderSnapshot): void {
  const tooOld = new Set(versionProblems(provider, host.info).map(({ message }) => message));
  const problems = preflightProblems(provider, host, held).filter(({ message }) => !tooOld.has(message));
  const once = (what: (problem: Problem) => string) => [...new Set(problems.map(what))].join(' ');
  if (problems.length === 0) checks.pass('pack_objects', `no name that ${provider.id} needs is taken by anybody else`);
  else checks.fail('pack_objects', { message: once(({ message }) => message), hint: once(({ hint }) => hint) });
}
