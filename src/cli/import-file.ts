import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { isPackPath } from '../pack/find-pack.ts';
import { findingText, type Finding } from '../pack/finding.ts';
import { SourceText } from '../pack/source-text.ts';
import { importModes } from '../terms/modes.ts';
import { didYouMean } from '../terms/nearest.ts';
import { RelayError } from '../terms/relay-error.ts';
import type { ImportFlags } from './import-flags.ts';

const entrySchema = z.strictObject({
  pack: z.string().min(1).describe('A pack by its id, or a path relative to this file.'),
  provider: z.string().optional(),
  keys: z.string().min(1).describe('The key file, relative to this file.'),
  mode: z.enum(importModes).optional(),
  access: z.enum(['subscription', 'self-service', 'self_service']).optional(),
  users: z.array(z.string()).optional().describe('Users who get a subscription: EMAIL, ID, EMAIL=DAYS or ID=DAYS.'),
  baseUrl: z.string().optional(),
  packSha256: z.string().optional(),
});

/** What `--file` names: several imports in one go. */
const importFileSchema = z.strictObject({ $schema: z.string().optional(), imports: z.array(entrySchema).min(1) });

/** Options that say what to import, and so stand in the file. */
const inFile = ['pack', 'provider', 'keys', 'user', 'users', 'baseUrl', 'packSha256', 'onlyFailed'] as const;

/**
 * The options of each import of a file, with what the command line says for all of them; an entry wins over it. Throws
 * `IMPORTS_INVALID` with every fault, `FILE_UNREADABLE`, or `USAGE` for options that belong into the file.
 */
export async function readImportFile(flags: ImportFlags, file: string): Promise<ImportFlags[]> {
  const twice = inFile.find((name) => flags[name] !== undefined);
  if (twice !== undefined)
    throw new RelayError(
      'USAGE',
      `--${twice.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)} and --file say two things.`,
      {
        hint: 'Write it into the file, for each import that it is for.',
      },
    );
  if (flags.probeKeyFile !== undefined)
    throw new RelayError('USAGE', 'A user key opens one group, and --file has imports of several.', {
      hint: 'Leave --probe-key-file out; relay makes a key for each, with --probe auto.',
    });
  if (flags.adminKeyFile === '-' || flags.adminPasswordFile === '-')
    throw new RelayError('USAGE', 'With --file the login cannot come from standard input.', {
      hint: 'Give it as a file, or in the environment.',
    });
  const { imports } = parse(file, await readText(file));
  const folder = dirname(file);
  return imports.map(({ users, pack, keys, ...entry }) => {
    const { file: _, ...all } = flags;
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

function parse(file: string, text: string): z.infer<typeof importFileSchema> {
  const source = new SourceText(file, text);
  const syntax = source.syntaxFindings();
  if (syntax.length > 0) throw invalid(file, syntax);
  const result = importFileSchema.safeParse(source.value());
  if (result.success) return result.data;
  throw invalid(
    file,
    result.error.issues.flatMap((issue) => {
      if (issue.code !== 'unrecognized_keys') return [source.finding(issue.path, 'INVALID_VALUE', issue.message)];
      const known = Object.keys(issue.path.length === 0 ? importFileSchema.shape : entrySchema.shape);
      return issue.keys.map((key) =>
        source.keyFinding(issue.path, key, 'UNKNOWN_FIELD', `unknown field "${key}".${didYouMean(key, known)}`),
      );
    }),
  );
}

function invalid(file: string, findings: readonly Finding[]): RelayError {
  const count = `${findings.length} fault${findings.length === 1 ? '' : 's'}`;
  return new RelayError('IMPORTS_INVALID', `The file ${file} has ${count}.`, { details: findings.map(findingText) });
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new RelayError('FILE_UNREADABLE', `The file ${file} cannot be read (${why}).`, { cause });
  }
}
