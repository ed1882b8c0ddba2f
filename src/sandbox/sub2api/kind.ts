import { randomBytes, randomInt } from 'node:crypto';
import { versionAmong, type SandboxKind } from '../kind.ts';
import { featuresOf, hostVersions } from './features.ts';
import type { HostVersion } from './features.ts';
import type { Host, HostSettings } from './host.ts';
import { createHostApp } from './host-app.ts';
import { addUser } from './people/users.ts';
import { createState, timestamp } from './state.ts';
import type { SandboxState } from './state.ts';

/** How a sub2api may be set up; everything has a default. */
export interface Sub2apiOptions {
  hostVersion?: HostVersion;
  /** 0.1.179 only: admin routes answer 423 until the commitment is accepted. */
  complianceGate?: boolean;
  /** How long the background question for the Responses API waits before it starts. */
  capabilityDelayMs?: number;
  /** How long a further account of a serving group takes to be served. */
  visibilityDelayMs?: number;
  /** How long `/v1/models` of a group stays as it is. */
  modelListDelayMs?: number;
  /** The host is still in its set-up wizard. */
  needsSetup?: boolean;
  settings?: Partial<HostSettings>;
}

const adminEmail = 'admin@relay.test';
const userEmail = 'user@relay.test';

function seed(state: SandboxState, adminPassword: string): void {
  // A host's first user is the admin whom its set-up makes, at a moment that tells it from others.
  const madeAt = timestamp(Date.now() - randomInt(300 * 86_400_000));
  addUser(state, { id: 1, email: adminEmail, password: adminPassword, role: 'admin', created_at: madeAt });
  addUser(state, { email: userEmail, username: 'user' });
  const at = timestamp();
  const id = state.nextId('groups');
  state.groups.set(id, {
    id,
    name: 'default',
    description: 'Default group',
    platform: 'anthropic',
    rate_multiplier: 1,
    status: 'active',
    subscription_type: 'standard',
    daily_limit_usd: null,
    weekly_limit_usd: null,
    monthly_limit_usd: null,
    sort_order: 1,
    allow_messages_dispatch: false,
    created_at: at,
    updated_at: at,
  });
}

/** Everything that a careless host could quote: upstream keys, users' keys and passwords, the admin key. */
function secretsOf(state: SandboxState): string[] {
  return [
    ...[...state.accounts.values()].map((account) => String(account.credentials['api_key'] ?? '')),
    ...[...state.apiKeys.values()].map((key) => key.key),
    ...[...state.users.values()].map((user) => user.password),
    state.adminKey,
  ];
}

/** What a running sub2api gives to people and tests. */
interface Sub2apiHost {
  app: ReturnType<typeof createHostApp>;
  version: string;
  adminKey: string;
  adminEmail: string;
  adminPassword: string;
  /** A user without a subscription. */
  userEmail: string;
  /** The live state: reads and changes act at once. */
  state: SandboxState;
}

/** sub2api, as it is imitated. */
export const sub2apiSandbox: SandboxKind<Sub2apiOptions, Sub2apiHost> = {
  read({ hostVersion, complianceGate, apiLimit }) {
    if (apiLimit !== undefined) throw new Error('sub2api has no limit of calls');
    const version = versionAmong(hostVersions, hostVersion);
    return { ...(version === undefined ? {} : { hostVersion: version }), complianceGate: complianceGate ?? false };
  },
  make(options, { front, now, stopping }) {
    const version = options.hostVersion ?? '0.1.179';
    const state = createState();
    const host: Host = {
      features: featuresOf(version),
      state,
      settings: {
        turnstile_enabled: false,
        backend_mode_enabled: false,
        totp_for_admin: false,
        step_up_enabled: false,
        embed_frontend: false,
        version,
        ...options.settings,
      },
      complianceGate: options.complianceGate ?? false,
      needsSetup: options.needsSetup ?? false,
      capabilityDelayMs: options.capabilityDelayMs ?? 0,
      visibilityDelayMs: options.visibilityDelayMs ?? 0,
      modelListDelayMs: options.modelListDelayMs ?? 0,
      now,
      stopping,
    };
    const adminPassword = randomBytes(12).toString('hex');
    seed(state, adminPassword);
    const app = createHostApp(
      host,
      front(() => secretsOf(state)),
    );
    const { adminKey } = state;
    return { app, version: host.settings.version, adminKey, adminEmail, adminPassword, userEmail, state };
  },
};
