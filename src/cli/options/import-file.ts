import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { upstream } from '../../config/config-schema.ts';
import type { ImportFlags } from '../../config/options/option-flags.ts';
import { longOption, optionsThat, type OptionName } from '../../config/options/option-table.ts';
import { isPackPath } from '../../pack/find-pack.ts';
import { counted } from '../../core/counted.ts';
import { importModes } from '../../core/modes.ts';
import { RelayError } from '../../core/relay-error.ts';
import { placeText, type Finding } from '../../text/finding.ts';
import { readInput } from '../../text/read-input.ts';
import { readSource } from '../../text/read-source.ts';
import { shapeFindings } from '../../text/shape-findings.ts';
import { isGiven } from './resolve-options.ts';

/** Larger is no list of imports, in bytes; and the most faults that are told. */
const maxFileBytes = 128 * 1024;
const maxFindings = 50;

const entrySchema = z.strictObject({
  pack: z.string().min(1).describe('A pack by its id, or a path relative to this file.'),
  provider: z.string().optional(),
  keys: z.string().min(1).describe('The key file, relative to this file.'),
  mode: z.enum(importModes).optional(),
  access: z.enum(['subscription', 'self-service', 'self_service']).optional(),
  users: z.array(z.string()).optional().describe('Users who get a subscription: EMAIL, ID, EMAIL=DAYS or ID=DAYS.'),
  baseUrl: upstream.optional(),
  packSha256: z.string().optional(),
});

/** What `--file` names: several imports in one go. */
const importFileSchema = z.strictObject({ $schema: z.string().optional(), imports: z.array(entrySchema).min(1) });

/** Options that say what to import, and so stand in the file. */
const inFile = optionsThat(({ ofEach }) => ofEach === true) as (keyof ImportFlags & OptionName)[];

/** What the configuration may say of these is not meant for what a file lists. */
const notForAll = new Set<string>(['file', ...inFile]);

/**
 * The options of each import of a file, with what the command line says for all of them; an entry wins over it. Throws
 * `IMPORTS_INVALID` with every fault, `FILE_UNREADABLE`, or `USAGE` for options that belong into the file.
 */
export async function readImportFile(flags: ImportFlags, file: string): Promise<ImportFlags[]> {
  const twice = inFile.find((name) => isGiven(flags, name));
  if (twice !== undefined)
    throw new RelayError('USAGE', `${longOption(twice)} and --file say two things.`, {
      hint: 'Write it into the file, for each import that it is for.',
    });
  if (flags.probeKeyFile !== undefined)
    throw new RelayError('USAGE', 'A user key opens one group, and --file has imports of several.', {
      hint: 'Leave --probe-key-file out; relay makes a key for each, with --probe auto.',
    });
  if (flags.adminKeyFile === '-' || flags.adminPasswordFile === '-')
    throw new RelayError('USAGE', 'With --file the login cannot come from standard input.', {
      hint: 'Give it as a file, or in the environment.',
    });
  const { imports } = await parse(file);
  const folder = dirname(file);
  return imports.map(({ users, pack, keys, ...entry }) => {
    const all = Object.fromEntries(Object.entries(flags).filter(([name]) => !notForAll.has(name))) as ImportFlags;
    if (all.fromFile !== undefined) all.fromFile = all.fromFile.filter((name) => !notForAll.has(name));
    return {
      ...all,
      ...withoutUndefined(entry),
      pack: isPackPath(pack) ? resolve(folder, pack) : pack,
      keys: resolve(folder, keys),
      ...(users === undefined ? {} : { user: users }),
    };
  });
}

function withoutUndefined<T extends object>(value: T): { [Name in keyof T]: Exclude<T[Name], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as never;
}

async function parse(file: string): Promise<z.infer<typeof importFileSchema>> {
  const read = await readSource<'UNKNOWN_FIELD' | 'MISSING_FIELD' | 'INVALID_VALUE'>(file, await load(file));
  if (read.source === undefined) throw invalid(file, read.findings);
  const result = importFileSchema.safeParse(read.value);
  if (result.success) return result.data;
  const words = { whole: 'the file', entry: 'field' };
  throw invalid(file, shapeFindings(read.source, importFileSchema, read.value, result.error.issues, words));
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
