import type { Environment, HostSettings, SandboxPlace } from '../../config/host-settings.ts';
import { proxyFor } from '../../config/proxy-settings.ts';
import type { Diagnosis } from '../../host/diagnosis.ts';
import type { Host, HostIdentity } from '../../host/host.ts';
import type { HttpOptions } from '../../host/http/http-client.ts';
import { hostKinds, kindOf, type HostKind } from '../../host/catalog.ts';
import { secretOf, type GivenLogin } from '../../host/login.ts';
import { CheckList } from '../../host/diagnosis.ts';
import type { Clock } from '../../core/clock.ts';
import type { Redactor } from '../../core/secrets/redactor.ts';
import { RelayError } from '../../core/relay-error.ts';
import { Secret } from '../../core/secrets/secret.ts';

export interface OpenHost {
  host: Host;
  /** The address of the embedded vendor, when the host is the embedded one. */
  vendorUrl: string | null;
  /** Who the host says that it is, where that was asked already. */
  identity?: HostIdentity | null;
  close: () => Promise<void>;
}

export interface SessionOptions {
  version: string;
  timeoutMs: number;
  clock: Clock;
  redactor: Redactor;
  env: Environment;
  /** The kinds of hosts that may be there; those of the catalog by default. */
  hostKinds?: readonly HostKind[] | undefined;
  waits?: (ms: number) => void;
  trace?: (line: string) => void;
  stop?: AbortSignal;
}

/** A host before anything was asked of it, with the login that shall be used. */
export interface HostPlace<Login> {
  http: HttpOptions;
  login: Login | { key: Secret };
  /** Its kind, where that need not be found out. */
  kind: string | undefined;
  vendorUrl: string | null;
  close: () => Promise<void>;
}

/** Opens the host of the settings; `sandbox` starts one for this command. Throws what connecting throws. */
export async function openHost(settings: HostSettings, options: SessionOptions): Promise<OpenHost> {
  const { http, login, kind, vendorUrl, close } = await hostPlace(settings, options);
  // Whatever answers may quote what it was never sent.
  http.redactor.learn(secretOf(login));
  const { connect } = await kindOf(options.hostKinds ?? hostKinds, kind, http);
  return { host: await connect(http, login), vendorUrl, close };
}

/** Looks step by step why a host opens, or does not. */
export async function diagnoseHost(
  { http, login, kind }: HostPlace<GivenLogin>,
  kinds: readonly HostKind[] = hostKinds,
): Promise<Diagnosis> {
  try {
    if (!('missing' in login)) http.redactor.learn(secretOf(login));
    const { diagnose } = await kindOf(kinds, kind, http);
    return await diagnose(http, login);
  } catch (failure) {
    if (!(failure instanceof RelayError)) throw failure;
    const checks = new CheckList();
    checks.fail('address', failure);
    return { checks, info: null, host: null, termsOfUse: null };
  }
}

/** Where the host of the settings is; `sandbox` starts one that runs until it is closed. */
export async function hostPlace<Login>(
  settings: SandboxPlace | { kind: 'url'; url: string; hostKind: string | undefined; login: Login },
  { version, env, hostKinds: _kinds, ...options }: SessionOptions,
): Promise<HostPlace<Login>> {
  const http = (baseUrl: string): HttpOptions => ({ baseUrl, userAgent: `relay/${version}`, ...options });
  if (settings.kind === 'url') {
    const proxy = proxyFor(settings.url, env, (secret) => options.redactor.learn(secret));
    const at = { ...http(settings.url), ...(proxy === null ? {} : { proxy }) };
    return { http: at, login: settings.login, kind: settings.hostKind, vendorUrl: null, close: async () => undefined };
  }
  // Only who asks for the embedded host pays for loading it.
  const { startSandboxAs } = await import('../../sandbox/kinds.ts');
  const sandbox = await startSandboxAs(settings.of, {});
  return {
    http: http(sandbox.url),
    login: { key: new Secret(sandbox.adminKey) },
    kind: settings.of,
    vendorUrl: sandbox.vendorUrl,
    close: () => sandbox.stop(),
  };
}
