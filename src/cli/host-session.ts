import type { HostSettings } from '../config/host-settings.ts';
import { connectSub2api } from '../host/sub2api/connect.ts';
import type { Host } from '../host/host.ts';
import type { Clock } from '../terms/clock.ts';
import type { Redactor } from '../terms/redactor.ts';
import { Secret } from '../terms/secret.ts';

export interface HostSession {
  host: Host;
  /** The address of the embedded vendor, when the host is the embedded one. */
  vendorUrl: string | null;
  close: () => Promise<void>;
}

export interface SessionOptions {
  version: string;
  timeoutMs: number;
  clock: Clock;
  redactor: Redactor;
  trace?: (line: string) => void;
}

/** Opens the host of the settings; `sandbox` starts one for this command. Throws what connecting throws. */
export async function openHost(settings: HostSettings, options: SessionOptions): Promise<HostSession> {
  const { clock, redactor, timeoutMs } = options;
  const http = (baseUrl: string) => ({
    baseUrl,
    userAgent: `relay/${options.version}`,
    timeoutMs,
    clock,
    redactor,
    ...(options.trace === undefined ? {} : { trace: options.trace }),
  });
  if (settings.kind === 'url') {
    return {
      host: await connectSub2api(http(settings.url), settings.login),
      vendorUrl: null,
      close: async () => undefined,
    };
  }
  // Only who asks for the embedded host pays for loading it.
  const { startSandbox } = await import('../sandbox/start-sandbox.ts');
  const sandbox = await startSandbox();
  const key = new Secret(sandbox.adminKey);
  return {
    host: await connectSub2api(http(sandbox.url), { key }),
    vendorUrl: sandbox.vendorUrl,
    close: () => sandbox.stop(),
  };
}
