import { z } from 'zod';
import { disguiseOfOwn } from '../core/disguise.ts';
import { accountsPolicies, failedPolicies, importModes, probeModes } from '../core/modes.ts';
import { unwrap } from '../text/shape-findings.ts';
import { parseDuration } from './duration.ts';
import { maxAtOnce } from './limits.ts';

const duration = z
  .string('must be a duration such as 500ms, 30s or 2m')
  .refine((text) => parseDuration(text) !== undefined, 'must be a duration such as 500ms, 30s or 2m')
  .meta({ examples: ['30s', '2m'] });
const path = z.string().min(1, 'must be a path');
/** A secret on standard input is a matter of one command. */
const secretFile = path.refine((text) => text !== '-', 'must be the path of a file; - is for the command line only');
const words = z.array(z.string().min(1, 'must not be empty'), 'must be a list: [one, another]');
const count = (most: number) => z.int().min(1).max(most);

const hostName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be 1 to 64 letters, digits, ".", "_" or "-"')
  .refine((name) => name !== 'sandbox', '"sandbox" always means the embedded host');

const hostUrl = z
  .string()
  .refine(isHostUrl, 'must be an http or https URL that ends with its path, and holds no login and no backslash');

const upstream = z
  .string()
  .refine((text) => !URL.canParse(text) || disguiseOfOwn(text) === undefined, 'is read otherwise than it looks');

function isHostUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  if (!/^https?:$/.test(protocol) || `${username}${password}${search}${hash}` !== '') return false;
  return disguiseOfOwn(text) === undefined;
}

/** A host that is named in a configuration file. */
const hostEntry = z.strictObject({
  url: hostUrl,
  kind: z.literal('sub2api').optional(),
  adminKeyFile: secretFile.optional(),
  adminEmail: z.string().optional(),
  adminPasswordFile: secretFile.optional(),
});

/**
 * What a configuration file may hold: the hosts, the folders of packs, and options under their camel-case names. It is
 * data; secrets are named by the files that hold them. `leftOut` has the options that it may not hold.
 */
export const configSchema = z.strictObject({
  $schema: z.string().optional().describe('where editors find this schema'),
  hosts: z.record(hostName, hostEntry).optional().describe('hosts by name, for --host'),
  packDirs: z.array(path).optional().describe('folders of packs that are found by name, before the shipped ones'),
  host: z.string().optional().describe('a URL, a name of hosts, or "sandbox"'),
  adminKeyFile: secretFile.optional().describe('file with the admin API key, for a host that names none itself'),
  adminEmail: z.string().optional().describe('log in as this admin instead'),
  adminPasswordFile: secretFile.optional().describe('file with the password of that admin'),
  allowHttp: z.boolean().optional().describe('allow plain http to an address that is not this machine'),
  timeout: duration.optional().describe('limit of one request'),
  deadline: duration.optional().describe('limit of the whole run'),
  pack: path.optional().describe('a pack by its id, or the path of a folder or file'),
  provider: z.string().optional().describe('which provider of the pack'),
  packSha256: z
    .string()
    .regex(/^(?:sha256:)?[0-9a-f]{64}$/i, 'must be 64 hexadecimal digits')
    .optional()
    .describe('use the pack only if its file has this digest; agrees to nothing'),
  acceptTerms: words.optional().describe('ids of the terms of wallets that are agreed to'),
  keys: secretFile.optional().describe('file with upstream keys'),
  mode: z.enum(importModes).optional().describe('all or nothing, or keep what works'),
  access: z
    .enum(['subscription', 'self-service', 'self_service'])
    .optional()
    .describe('how users reach the models, for import and plan'),
  user: words.optional().describe('users who get a subscription: EMAIL or ID, and perhaps =DAYS'),
  users: path.optional().describe('the same, a file with one user a line'),
  extend: z.boolean().optional().describe('lengthen a subscription that ends too early'),
  probe: z.enum(probeModes).optional().describe('where the key for the gateway check comes from'),
  probeKeyFile: secretFile.optional().describe('file with a user key to check the gateway with'),
  baseUrl: upstream.optional().describe('use this upstream instead of that of the pack; is asked about'),
  accounts: z.enum(accountsPolicies).optional().describe('match accounts by key, make all anew, or only add'),
  failed: z.enum(failedPolicies).optional().describe('what partial mode does with failed accounts'),
  concurrency: count(maxAtOnce.concurrency).optional().describe('accounts tested at once'),
  batchSize: count(maxAtOnce.batchSize).optional().describe('accounts made by one request'),
  gatewayWait: duration.optional().describe('patience of the gateway check'),
  report: z
    .union([path, z.literal(false)], 'must be a path, "-" for standard output, or false for none')
    .optional()
    .describe('where the report goes; false for none'),
  html: path.optional().describe('also write the report as one HTML page'),
  markdown: path.optional().describe('also write the report as Markdown'),
  junit: path.optional().describe('also write the report as JUnit XML'),
  github: z.boolean().optional().describe('in GitHub Actions: write the step summary, and annotate'),
  output: z
    .enum(['text', 'json', 'ndjson'])
    .optional()
    .describe('how results are said, by commands that have this form'),
  quiet: z.boolean().optional().describe('no progress and no summary'),
  verbose: z.boolean().optional().describe('say each request'),
  color: z.boolean().optional().describe('colours, where there are any'),
  input: z.boolean().optional().describe('ask on a terminal'),
});

export type ConfigFile = z.infer<typeof configSchema>;

const agrees = 'nothing but the command itself agrees to anything';
const ofOne = 'it is a matter of each command';

/** Options that a configuration file may not hold, and why. */
export const leftOut: Readonly<Record<string, string>> = {
  yes: agrees,
  allowMassRemoval: agrees,
  adopt: agrees,
  acceptCompliance: agrees,
  repair: 'it takes accounts out of service, which each command says for itself',
  revive: ofOne,
  dryRun: ofOne,
  detailedExitcode: ofOne,
  onlyFailed: ofOne,
  fromReport: ofOne,
  file: ofOne,
  config: 'it names the configuration file itself',
  strict: ofOne,
  as: ofOne,
  events: ofOne,
  to: ofOne,
  model: ofOne,
  platform: ofOne,
  displayName: ofOne,
  port: ofOne,
  hostVersion: ofOne,
  faults: ofOne,
  complianceGate: ofOne,
};

/** Settings that are paths; in a file they are relative to it. `-` stays what it is, and so does the id of a pack. */
export const pathSettings = [
  'adminKeyFile',
  'adminPasswordFile',
  'keys',
  'users',
  'probeKeyFile',
  'report',
  'html',
  'markdown',
  'junit',
] as const satisfies readonly (keyof ConfigFile)[];

/** The settings that take one of a few words, a number, yes or no, or a duration: nothing that is like a secret. */
export function plainSettings(): string[] {
  const isPlain = (schema: z.ZodType) => {
    const inner = unwrap(schema);
    return (
      [z.ZodEnum, z.ZodLiteral, z.ZodNumber, z.ZodBoolean].some((kind) => inner instanceof kind) || inner === duration
    );
  };
  return [configSchema, hostEntry].flatMap(({ shape }) =>
    Object.entries(shape).flatMap(([name, schema]) => (isPlain(schema) ? [name] : [])),
  );
}

/** The words that settings may hold. */
export function wordsOfSettings(): string[] {
  const choicesOf = (schema: z.ZodType): string[] => {
    const inner = unwrap(schema);
    return inner instanceof z.ZodEnum ? inner.options.map(String) : [];
  };
  return [...Object.values(configSchema.shape).flatMap(choicesOf), 'sub2api', 'sandbox'];
}
