import { isLoopback } from '../../core/loopback.ts';
import { problem, RelayError, type Problem } from '../../core/relay-error.ts';
import { Secret } from '../../core/secrets/secret.ts';
import type { RunTools } from '../../apply/run-tools.ts';
import { foldedAddress } from '../../journal/lock/lock-keys.ts';
import { isPlaceholder } from '../../keys/placeholder.ts';
import { acceptedKeys } from '../../keys/key-file.ts';
import type { ImportJob } from './import-job.ts';

/**
 * Throws `UPSTREAM_LOOP` where the upstream of a job is the host itself: by its address, or, where it is no vendor, since the host
 * takes its key from a user and would not take another. Sends nothing but reads. A loop over other gateways is not seen.
 */
export async function refuseLoop(
  { provider, pack, keyFile }: ImportJob,
  tools: Pick<RunTools, 'host' | 'clock' | 'stop'>,
): Promise<void> {
  const { host, clock, stop } = tools;
  const rest = behind(host.info.url, provider.baseUrl);
  if (rest !== undefined && /^(?:\/v\d+(?:beta)?)?$/.test(rest))
    throw new RelayError('UPSTREAM_LOOP', `${provider.baseUrl} is the host itself.`);
  const [first] = acceptedKeys(keyFile);
  const isOfVendor = pack.kind === undefined || pack.kind === 'vendor';
  if (isOfVendor || first === undefined || isPlaceholder(first.fingerprint)) return;
  if (!(await host.gateway.models(first.key, stop)).ok) return;
  // Where everybody is let in, a key proves nothing.
  if ((await host.gateway.models(new Secret(`sk-${clock.randomHex(24)}`), stop)).ok) return;
  throw new RelayError(
    'UPSTREAM_LOOP',
    `The host takes the key of line ${first.line} as one of its own users, so the upstream at ${provider.baseUrl} is the host itself.`,
  );
}

/** What the address of an upstream says to a host on another machine, where it means whoever reads it. */
export function upstreamOnHost({ provider: { baseUrl } }: ImportJob, { host }: Pick<RunTools, 'host'>): Problem[] {
  if (!isOnHost(baseUrl, host.info.url)) return [];
  const message = `Keys go to ${baseUrl}, which is the machine of the host, as the host sees it.`;
  return [problem('UPSTREAM_ON_HOST', message)];
}

/** Whether an upstream is on the very machine of a host that is not this one. */
export function isOnHost(baseUrl: string, hostUrl: string): boolean {
  return isLoopback(new URL(baseUrl).hostname) && !isLoopback(new URL(hostUrl).hostname);
}

/** An address without its protocol, in one of the ways in which servers take the same path. */
function plainAddress(url: string): string {
  const text = foldedAddress(url).replace(/^https?:\/\//, '');
  // Whatever is no such sign stays as it is written.
  return text
    .replace(/%([2-7][0-9a-f])/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .toLowerCase()
    .replace(/\/{2,}/g, '/')
    .replace(/\/$/, '');
}

/** What a path has beyond that of another address, on the same machine and port. */
function behind(url: string, other: string): string | undefined {
  const [one, two] = [url, other].map((each) => plainAddress(each));
  return one !== undefined && two?.startsWith(one) === true ? two.slice(one.length) : undefined;
}
