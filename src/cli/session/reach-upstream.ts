import { limitsOf } from '../../config/defaults.ts';
import { proxyFor } from '../../config/proxy-settings.ts';
import { systemClock } from '../../core/clock.ts';
import type { Redactor } from '../../core/secrets/redactor.ts';
import type { ReachUpstream } from '../../flows/import/import-job.ts';
import { HttpClient } from '../../host/http/http-client.ts';
import { print, type Io } from '../io.ts';

/** How relay itself reaches an upstream that the options name: through the proxy of the environment, within their limits. */
export function reachUpstream(
  flags: Parameters<typeof limitsOf>[0] & { verbose?: boolean | undefined },
  io: Io,
  redactor: Redactor,
): ReachUpstream {
  const trace = flags.verbose === true ? { trace: (line: string) => print(io.stderr, redactor.redact(line)) } : {};
  const { timeoutMs } = limitsOf(flags);
  const options = {
    userAgent: `relay/${io.version}`,
    timeoutMs,
    clock: systemClock,
    redactor,
    named: '--base-url',
    ...trace,
  };
  return (baseUrl) => {
    const proxy = proxyFor(baseUrl, io.env, (secret) => redactor.learn(secret));
    return new HttpClient({ baseUrl, ...options, ...(proxy === null ? {} : { proxy }) });
  };
}
