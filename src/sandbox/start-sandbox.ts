import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { createFaultPicker } from './faults/faults.ts';
import type { FaultPicker, FaultRule } from './faults/faults.ts';
import { featuresOf } from './sub2api/features.ts';
import type { HostVersion } from './sub2api/features.ts';
import type { Host, HostSettings } from './sub2api/host.ts';
import { createHostApp } from './sub2api/host-app.ts';
import { listen } from './listen.ts';
import type { RecordedRequest } from './recorded-request.ts';
import { createState, timestamp } from './sub2api/state.ts';
import type { SandboxState } from './sub2api/state.ts';
import { addUser } from './sub2api/people/users.ts';
import { createVendor } from './vendor/vendor.ts';

/** How a sandbox may be set up; everything has a default. */
export interface SandboxOptions {
  /** The host's port on 127.0.0.1; 0 takes a free one. */
  port?: number;
  hostVersion?: HostVersion;
  faults?: FaultRule[];
  /** 0.1.179 only: admin routes answer 423 until the commitment is accepted. */
  complianceGate?: boolean;
  /** How long the vendor takes for each completion. */
  vendorLatencyMs?: number;
  /** How long the background question for the Responses API waits before it starts. */
  capabilityDelayMs?: number;
  /** How long a further account of a serving group takes to be served. */
  visibilityDelayMs?: number;
  /** How long `/v1/models` of a group stays as it is. */
  modelListDelayMs?: number;
  /** A clock for what the host serves when; the system's when absent. */
  now?: () => number;
  /** The host is still in its set-up wizard. */
  needsSetup?: boolean;
  settings?: Partial<HostSettings>;
}

/** A running sandbox: the imitated host, its logins, and the fake vendor. */
export interface Sandbox {
  url: string;
  version: string;
  adminKey: string;
  adminEmail: string;
  adminPassword: string;
  /** A user without a subscription. */
  userEmail: string;
  vendorUrl: string;
  /** Every request the host got, in order of arrival. */
  requests: RecordedRequest[];
  /** Every request the vendor got. */
  vendorRequests: RecordedRequest[];
  /** The live state: reads and changes act at once. */
  state: SandboxState;
  /** Plays one more fault; its count begins with the next request. */
  addFault(rule: FaultRule): void;
  /** Ends both servers and all their connections at once. */
  stop(): Promise<void>;
}

const adminEmail = 'admin@relay.test';
const userEmail = 'user@relay.test';

function seed(host: Host, adminPassword: string): void {
  const { state } = host;
  // A host's first user is the admin whom its set-up makes.
  addUser(state, { id: 1, email: adminEmail, password: adminPassword, role: 'admin' });
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

/** Starts the imitated host and the fake vendor, each on a loopback port of its own, or as `serve` has it. */
export async function startSandbox(options: SandboxOptions = {}, serve = listen): Promise<Sandbox> {
  const version = options.hostVersion ?? '0.1.179';
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal);
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
    now: options.now ?? Date.now,
    stopping: stopping.signal,
  };
  const adminPassword = randomBytes(12).toString('hex');
  seed(host, adminPassword);
  const requests: RecordedRequest[] = [];
  const vendorRequests: RecordedRequest[] = [];
  const pickers = [createFaultPicker(options.faults ?? [])];
  // Every picker counts every request, whichever of them plays its fault.
  const pick: FaultPicker = (method, path) =>
    pickers.map((each) => each(method, path)).find((fault) => fault !== undefined);
  const app = createHostApp(host, requests, pick);
  const vendorApp = createVendor({
    latencyMs: options.vendorLatencyMs ?? 0,
    requests: vendorRequests,
    stopping: stopping.signal,
  });
  const vendor = await serve(vendorApp, 0);
  const server = await serve(app, options.port ?? 0).catch(async (error: unknown) => {
    await vendor.close();
    throw error;
  });
  return {
    url: server.url,
    version: host.settings.version,
    adminKey: state.adminKey,
    adminEmail,
    adminPassword,
    userEmail,
    vendorUrl: vendor.url,
    requests,
    vendorRequests,
    state,
    addFault: (rule) => void pickers.push(createFaultPicker([rule])),
    stop: async () => {
      stopping.abort();
      await Promise.all([server.close(), vendor.close()]);
    },
  };
}
