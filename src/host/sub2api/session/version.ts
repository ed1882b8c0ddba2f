import { coerce, compare, gt, lt, parse } from 'semver';
import { problem, RelayError, type Problem } from '../../../core/relay-error.ts';
import type { Capabilities } from '../../capabilities.ts';
import type { HttpClient } from '../../http/http-client.ts';
import { probeUserOf, type PublicSettings } from './public-settings.ts';

const oldestVersion = '0.1.129';
const newestTried = '0.1.179';

/** The version that the host says it is, and what is to be said about it. Throws `HOST_VERSION_UNSUPPORTED`. */
export function checkVersion(text: string, http: HttpClient): { version: string; warnings: Problem[] } {
  const version = parse(coerce(text, { includePrerelease: true }));
  const shown = http.clean(text, 40);
  if (version === null)
    throw new RelayError('HOST_VERSION_UNSUPPORTED', `${http.baseUrl} does not say which version it is ("${shown}").`);
  if (lt(version, oldestVersion))
    throw new RelayError(
      'HOST_VERSION_UNSUPPORTED',
      `${http.baseUrl} is sub2api ${shown}; relay works with ${oldestVersion} and newer.`,
    );
  const newer = gt(version, newestTried)
    ? [
        problem(
          'HOST_NEWER_THAN_KNOWN',
          `The host is sub2api ${shown}; relay was tried with versions up to ${newestTried}.`,
        ),
      ]
    : [];
  return { version: version.version, warnings: newer };
}

/** What a host of this version, with these settings, can and cannot do. */
export function capabilitiesOf(version: string, settings: PublicSettings): Capabilities {
  const learnsSlowly = compare(version, '0.1.179') >= 0;
  return {
    maxNameLength: 100,
    discoveryMs: learnsSlowly ? 17_000 : 10_000,
    // Until the scheduler's outbox was mended, what an account learnt could stay unseen for up to 300 s.
    refreshAfterDiscovery: !learnsSlowly,
    proof: 'after-create',
    testEndsErrors: true,
    // Seen on hosts of two cores: 256 tests without an error; two batches are safe, and more gain nothing.
    atOnce: { tests: 256, calls: 16, batches: 2 },
    disable: { possible: true },
    sameKeyTwice: { possible: true },
    clientKeys: { subscription: probeUserOf(settings), self_service: probeUserOf(settings) },
    grants: {
      subscription: { possible: true },
      self_service: { possible: false, why: 'self-service access has no subscriptions' },
    },
    grantDays: { possible: true },
    accountSettings: { concurrency: { possible: true }, priority: { possible: true } },
    modelPatterns: { possible: true },
    ignores: [],
    lock: 'provider',
  };
}
