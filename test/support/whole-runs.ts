import { join } from 'node:path';
import type { Finished, Workplace } from './binary.ts';
import type { CliProxy, NewApi } from './start-sandbox.ts';

/** What commands find there: a host, and its admin key or the one of somebody else. */
export function hostEnv(place: Workplace, host: NewApi | CliProxy, adminKey = host.adminKey): Record<string, string> {
  return {
    RELAY_HOST: host.url,
    RELAY_ADMIN_KEY: adminKey,
    RELAY_STATE_DIR: join(place.folder, 'state'),
  };
}

/** Imports a key for each of the words, at the vendor of the sandbox; `access` where the arguments name none. */
export async function importKeys(
  place: Workplace,
  host: NewApi | CliProxy,
  access: 'self-service' | 'subscription',
  words: readonly string[],
  args: readonly string[],
): Promise<Finished> {
  await place.write('keys.txt', words.map(wholeRunKey).join('\n'));
  const how = args.includes('--access') ? [] : ['--access', access];
  const upstream = args.includes('--base-url') ? [] : ['--base-url', `${host.vendorUrl}/v1`];
  const all = ['import', '--pack', 'kimi', ...how, ...upstream, '--allow-http', '--keys', 'keys.txt', '--yes', ...args];
  return place.run(all, { env: hostEnv(place, host) });
}

/** The fake vendor does what a word in a key says. */
export function wholeRunKey(word: string): string {
  return `sk-${word}-000-in-whole-runs`;
}
