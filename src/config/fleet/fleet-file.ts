import { z } from 'zod';
import { counted } from '../../core/counted.ts';
import { importModes } from '../../core/modes.ts';
import { RelayError } from '../../core/relay-error.ts';
import { placeText, type Finding } from '../../text/finding.ts';
import { readInput } from '../../text/read-input.ts';
import { readSource } from '../../text/read-source.ts';
import { shapeFindings } from '../../text/shape-findings.ts';
import type { Path } from '../../text/source-text.ts';
import { upstream } from '../config-schema.ts';

/** Larger is no list of imports, in bytes; and the most faults that are told. */
const maxFileBytes = 4 * 1024 * 1024;
const maxFindings = 50;

const host = z.string().min(1, 'must be the name of a host in the configuration, or a URL');

/** What an import is asked with, and where; each may be said for all under `defaults`. */
const settings = {
  pack: z.string().min(1).describe('A pack by its id, or a path relative to this file.'),
  provider: z.string(),
  keys: z
    .string()
    .min(1)
    .describe(
      'The key file, relative to this file. {host} in it stands for the name of the host. Not needed where the upstream wants no key.',
    ),
  mode: z.enum(importModes),
  access: z.enum(['subscription', 'self-service', 'self_service']),
  users: z.array(z.string()).describe('Users who get a subscription: EMAIL, ID, EMAIL=DAYS or ID=DAYS.'),
  baseUrl: upstream,
  models: z.array(z.string().min(1)).min(1).describe('Only these models, or those of a pattern such as "qwen*".'),
  packSha256: z.string(),
  host: host.describe('A host by its name in the configuration, or its URL.'),
  hosts: z
    .union([z.literal('all'), z.array(host)], 'must be a list of hosts, or "all" for those of the configuration')
    .describe('Several hosts, or all of the configuration.'),
};

const optional = z.strictObject(settings).partial();

const fleetFileSchema = z.strictObject({
  $schema: z.string().optional(),
  defaults: optional.optional(),
  imports: z.array(optional).min(1),
});

type Settings = z.infer<typeof optional>;

/** One of the imports that a file lists, with what the file says for all. `hosts` is nothing where it names none. */
export interface FleetEntry extends Omit<Settings, 'host' | 'hosts' | 'pack'> {
  pack: string;
  hosts: 'all' | readonly string[] | undefined;
}

/**
 * The imports that a file lists. Throws `IMPORTS_INVALID` with every fault and its place, or `FILE_UNREADABLE`.
 */
export async function readFleetFile(file: string): Promise<FleetEntry[]> {
  const read = await readSource<'UNKNOWN_FIELD' | 'MISSING_FIELD' | 'INVALID_VALUE'>(file, await load(file));
  if (read.source === undefined) throw invalid(file, read.findings);
  const { source } = read;
  const result = fleetFileSchema.safeParse(read.value);
  if (!result.success) {
    const words = { whole: 'the file', entry: 'field' };
    throw invalid(file, shapeFindings(source, fleetFileSchema, read.value, result.error.issues, words));
  }
  const { defaults = {}, imports } = result.data;
  const findings: Finding[] = [];
  const missing = (path: Path, text: string) => findings.push(source.finding(path, 'MISSING_FIELD', text));
  const wrong = (path: Path, text: string) => findings.push(source.finding(path, 'INVALID_VALUE', text));
  const hostsAt = (path: Path, name: string, { host: one, hosts }: Settings) => {
    if (one !== undefined && hosts !== undefined) wrong(path, `"host" and "hosts" say two things in ${name}`);
    if (hosts?.length === 0) wrong([...path, 'hosts'], `"hosts" of ${name} names no host`);
    return one === undefined ? hosts : [one];
  };
  const hostsOfAll = hostsAt(['defaults'], 'defaults', defaults);
  const entries = imports.flatMap((entry, index) => {
    const path = ['imports', index];
    const name = `imports[${index}]`;
    const hosts = hostsAt(path, name, entry) ?? hostsOfAll;
    const { host: _host, hosts: _hosts, pack, ...rest } = { ...defaults, ...entry };
    if (pack === undefined) missing(path, `the field "${name}.pack" is missing`);
    return pack === undefined ? [] : [{ ...rest, pack, hosts }];
  });
  if (findings.length > 0) throw invalid(file, findings);
  return entries;
}

function invalid(file: string, findings: readonly Finding[]): RelayError {
  const details = findings.slice(0, maxFindings).map((each) => `${placeText(each)}: ${each.message} [${each.code}]`);
  return new RelayError('IMPORTS_INVALID', `The file ${file} has ${counted(findings.length, 'fault')}.`, { details });
}

async function load(file: string): Promise<Buffer> {
  const read = await readInput(file, maxFileBytes);
  if ('bytes' in read) return read.bytes;
  throw new RelayError('FILE_UNREADABLE', `The file ${file} cannot be read (${read.why}).`, { cause: read.cause });
}
