import { randomBytes } from 'node:crypto';
import { versionAmong, type SandboxKind } from '../kind.ts';
import { featuresOf, hostVersions, type HostVersion } from './features.ts';
import { createChannelCache } from './gateway/channel-cache.ts';
import { createHostApp } from './host-app.ts';
import { confirmTerms } from './options/payment-terms.ts';
import type { Host, NewApiSettings } from './host.ts';
import { addUser } from './people/add-user.ts';
import { parseApiLimit, rateLimit, type ApiLimit } from './rate-limit.ts';
import { roles } from './rows.ts';
import { createState, newAccessToken, type NewApiState } from './state.ts';

/** How a new-api may be set up; everything has a default. */
export interface NewApiOptions {
  hostVersion?: HostVersion;
  /** How many calls of `/api` it takes in how many seconds; as many as there are when absent. */
  apiLimit?: ApiLimit;
  /** Nobody has confirmed the terms of payment yet, without which there are no plans. */
  complianceGate?: boolean;
  /** Nobody has set the host up yet: there is no user, and no key. */
  needsSetup?: boolean;
  settings?: Partial<NewApiSettings>;
}

/** Requests for web pages, among which unknown paths count (GLOBAL_WEB_RATE_LIMIT). */
const pageLimit: ApiLimit = { calls: 60, seconds: 180 };

/** Both states were built from sources without a release. */
const release = 'v0.0.0';
const adminName = 'root';
const userEmail = 'user@relay.test';

function seed(state: NewApiState, adminPassword: string, adminKey: string): void {
  addUser(state, {
    id: 1,
    username: adminName,
    password: adminPassword,
    display_name: 'Root User',
    role: roles.root,
    quota: 100_000_000,
    access_token: adminKey,
  });
  const password = randomBytes(8).toString('hex');
  addUser(state, { username: 'user', password, email: userEmail });
}

/** Everything that a careless host could quote: channels' keys, tokens, passwords, access tokens and logins. */
function secretsOf(state: NewApiState): string[] {
  return [
    ...[...state.channels.values()].flatMap((channel) => channel.key.split('\n')),
    ...[...state.tokens.values()].map((token) => token.key),
    ...[...state.users.values()].flatMap((user) => [user.password, user.access_token ?? '']),
    ...state.sessions.keys(),
  ].filter((secret) => secret !== '');
}

/** What a running new-api gives to people and tests. */
interface NewApiHost {
  app: ReturnType<typeof createHostApp>;
  version: string;
  /** The id of the root user, as `New-Api-User` wants it. */
  adminUser: string;
  /** The root user's access token. */
  adminKey: string;
  adminName: string;
  adminPassword: string;
  /** A user without power, in group `default`. */
  userEmail: string;
  /** The live state: reads and changes act at once. */
  state: NewApiState;
  /** The live switches. */
  settings: NewApiSettings;
}

/** new-api, as it is imitated. */
export const newApiSandbox: SandboxKind<NewApiOptions, NewApiHost> = {
  read({ hostVersion, complianceGate, apiLimit }) {
    const version = versionAmong(hostVersions, hostVersion);
    const limit = apiLimit === undefined ? undefined : parseApiLimit(apiLimit);
    if (apiLimit !== undefined && limit === undefined) throw new Error(`"${apiLimit}" is no limit such as 180/180s`);
    return {
      ...(version === undefined ? {} : { hostVersion: version }),
      ...(limit === undefined ? {} : { apiLimit: limit }),
      ...(complianceGate === undefined ? {} : { complianceGate }),
    };
  },
  make(options, { front, now, stopping }) {
    const features = featuresOf(options.hostVersion ?? 'B');
    const state = createState();
    const settings: NewApiSettings = {
      cache: true,
      cpu_overloaded: false,
      turnstile_check: false,
      require_2fa: false,
      password_login: true,
      newer_form: false,
      ...options.settings,
    };
    const seconds = () => Math.floor(now() / 1000);
    const cache = createChannelCache(state.channels, () => settings.cache, seconds);
    const host: Host = { features, version: release, state, settings, cache, startTime: seconds(), seconds, stopping };
    const [adminPassword, adminKey] = [randomBytes(12).toString('hex'), newAccessToken()];
    if (options.complianceGate !== true) confirmTerms(state.options, seconds(), 1);
    if (options.needsSetup !== true) seed(state, adminPassword, adminKey);
    const { apiLimit } = options;
    const app = createHostApp(
      host,
      front(() => secretsOf(state)),
      apiLimit === undefined
        ? undefined
        : {
            api: rateLimit(apiLimit, features.retryAfter, now),
            pages: rateLimit(pageLimit, features.retryAfter, now),
          },
    );
    return { app, version: release, adminUser: '1', adminKey, adminName, adminPassword, userEmail, state, settings };
  },
};
