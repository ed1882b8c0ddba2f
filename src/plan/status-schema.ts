import { z } from 'zod';
import { accessModes } from '../core/modes.ts';

const standings = [
  'serving',
  'limited',
  'error',
  'paused_by_relay',
  'paused_by_hand',
  'revoked',
  'not_enabled',
  'disabled',
  'not_in_group',
  'superseded',
  'foreign',
] as const;

const named = z.object({ id: z.string(), name: z.string() });
const time = z.iso.datetime().nullable();

const accountStatus = z.object({
  access: z.enum(accessModes),
  id: z.string(),
  name: z.string(),
  fingerprint: z.string().nullable(),
  state: z.enum(standings).describe('Whether the host hands requests to it, and why not.'),
  tested: z.boolean().describe('Whether relay has seen a test of it end well.'),
  message: z.string().describe('What the host says of it.'),
  limitedUntil: time,
  lastUsedAt: time.optional().describe('Null for never; absent where the host does not tell.'),
  priority: z.int().nullable().describe('Null where the host has no such setting of one account.'),
  concurrency: z.int().nullable(),
  inKeys: z
    .boolean()
    .nullable()
    .describe('Whether its key is in the given key file; null when none was given, or its key is not known.'),
});

const resourceStatus = z.object({
  access: z.enum(accessModes),
  kind: z.string().describe('What the host calls such a thing.'),
  id: z.string().nullable().describe('By what the host knows it; null for what is missing.'),
  name: z.string(),
  state: z
    .enum(['active', 'switched_off', 'missing', 'foreign', 'left_behind'])
    .describe(
      '`foreign` bears a managed name and is not managed: imports stop there. `left_behind`: by an interrupted run.',
    ),
});

const grantStatus = z.object({
  access: z.enum(accessModes),
  user: z.string().nullable().describe('E-mail, where the host tells it.'),
  userId: z.string(),
  expiresAt: time.describe('Null where it does not end by itself.'),
});

/** What a host holds for a provider, as programs read it. */
export const statusSchema = z.object({
  schema: z.literal('relay.status/2'),
  host: z.object({ url: z.string(), kind: z.string(), version: z.string() }),
  provider: z.object({ pack: z.string(), id: z.string(), displayName: z.string() }),
  resources: z
    .array(resourceStatus)
    .describe('What the provider is on the host, in each access mode that is there, and what bears its names.'),
  grants: z.array(grantStatus).describe('Users who have access now.'),
  accounts: z.array(accountStatus),
  missingKeys: z.array(z.object({ line: z.int(), fingerprint: z.string() })).describe('Keys without an account.'),
  probeUsers: z
    .array(named)
    .describe('Made for a gateway check, by a run that was interrupted or is at work; of any provider.'),
  untestedRuns: z
    .array(z.string())
    .describe('Runs that left accounts in service without a test: interrupted, or at work.'),
  totals: z.object({
    accounts: z.int(),
    serving: z.int(),
    notServing: z.int().describe('Those that should serve and do not.'),
    notEnabled: z.int().describe('Those that the given key file wants out of service, and that are.'),
    untested: z.int().describe('Those that serve and that no test has shown to work.'),
    foreign: z.int(),
  }),
  ok: z.boolean(),
});

export type ProviderStatus = z.infer<typeof statusSchema>;
export type AccountStatus = z.infer<typeof accountStatus>;
export type ResourceStatus = z.infer<typeof resourceStatus>;
export type GrantStatus = z.infer<typeof grantStatus>;
