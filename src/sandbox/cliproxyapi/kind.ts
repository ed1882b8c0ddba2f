import { randomBytes } from 'node:crypto';
import { versionAmong, type SandboxKind } from '../kind.ts';
import { keyListNames } from './config/config.ts';
import { createHostApp } from './host-app.ts';
import type { CliProxySettings, Host } from './host.ts';
import { createState, type CliProxyState } from './state.ts';

/** How a CLIProxyAPI may be set up; everything has a default. */
export interface CliProxyOptions {
  /** What it says that its version is; one that somebody has built says `dev`. */
  hostVersion?: string;
  /** Bans an address for half an hour after five failed logins. */
  bans?: boolean;
  settings?: Partial<CliProxySettings>;
}

/** What a running CLIProxyAPI gives to people and tests. */
interface CliProxyHost {
  app: ReturnType<typeof createHostApp>;
  version: string;
  /** The management key. */
  adminKey: string;
  /** The key that the list of client keys begins with. */
  clientKey: string;
  /** The live state: reads and changes act at once. */
  state: CliProxyState;
  /** The live switches. */
  settings: CliProxySettings;
}

/** Everything that a careless host could quote: upstream keys, client keys, and the management key. */
function secretsOf({ managementKey, state }: Host): string[] {
  const { config, credentials, clientKeys } = state;
  const stored = [
    ...config['openai-compatibility'].flatMap((each) => each['api-key-entries'] ?? []),
    ...keyListNames.flatMap((name) => config[name]),
  ];
  const upstream = [...stored.map((each) => each['api-key']), ...[...credentials.values()].map(({ key }) => key)];
  return [managementKey, ...config['api-keys'], ...clientKeys, ...upstream].filter((secret) => secret !== '');
}

/** CLIProxyAPI, as it is imitated. */
export const cliProxySandbox: SandboxKind<CliProxyOptions, CliProxyHost> = {
  read({ hostVersion, bans }) {
    const version = versionAmong(['dev'], hostVersion);
    return { ...(version === undefined ? {} : { hostVersion: version }), ...(bans === undefined ? {} : { bans }) };
  },
  make(options, { front, now, stopping }) {
    const version = options.hostVersion ?? 'dev';
    const [adminKey, clientKey] = [randomBytes(16).toString('hex'), `client-${randomBytes(12).toString('hex')}`];
    const settings: CliProxySettings = {
      management: true,
      bans: options.bans ?? false,
      reloadMs: 5,
      drainMsPerKey: 0,
      swapGapMs: 0,
      loseNextWrites: 0,
      failNextSaves: 0,
      emptyNextReads: 0,
      ...options.settings,
    };
    const state = createState(clientKey);
    const host: Host = { version, managementKey: adminKey, state, settings, now, stopping };
    const app = createHostApp(
      host,
      front(() => secretsOf(host)),
    );
    return { app, version, adminKey, clientKey, state, settings };
  },
};
