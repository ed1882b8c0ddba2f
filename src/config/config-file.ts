import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { cosmiconfig } from 'cosmiconfig';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { didYouMean } from '../terms/nearest.ts';
import { RelayError } from '../terms/relay-error.ts';
import { parseDuration } from './duration.ts';

const duration = z
  .string()
  .refine((text) => parseDuration(text) !== undefined, 'must be a duration such as 500ms, 30s or 2m');
const count = z.int().min(1).max(10_000);

/** A host that is named in a configuration file. */
const hostEntry = z.strictObject({
  url: z.string(),
  kind: z.literal('sub2api').optional(),
  adminKeyFile: z.string().optional(),
  adminEmail: z.string().optional(),
  adminPasswordFile: z.string().optional(),
});

/** What a configuration file may hold. It is data; secrets are named by the files that hold them. */
export const configSchema = z.strictObject({
  $schema: z.string().optional(),
  hosts: z.record(z.string(), hostEntry).optional(),
  host: z.string().optional(),
  packDirs: z.array(z.string()).optional(),
  timeout: duration.optional(),
  deadline: duration.optional(),
  allowHttp: z.boolean().optional(),
  mode: z.enum(['strict', 'partial']).optional(),
  access: z.enum(['subscription', 'self-service', 'self_service']).optional(),
  probe: z.enum(['auto', 'find', 'none']).optional(),
  accounts: z.enum(['reconcile', 'replace', 'append']).optional(),
  failed: z.enum(['disable', 'remove', 'keep']).optional(),
  concurrency: count.optional(),
  batchSize: count.optional(),
  gatewayWait: duration.optional(),
  report: z.string().optional(),
});

export type ConfigFile = z.infer<typeof configSchema>;

/** A configuration and the file it came from. Paths inside are relative to that file. */
export interface LoadedConfig {
  file: string | null;
  config: ConfigFile;
}

const places = [
  'relay.config.yaml',
  'relay.config.yml',
  'relay.config.json',
  '.relayrc',
  '.relayrc.yaml',
  '.relayrc.yml',
  '.relayrc.json',
];

/** Files that the search library would run as code to configure itself. */
const codeFiles = ['.config/config.js', '.config/config.mjs', '.config/config.cjs', '.config/config.ts'];

/**
 * The named configuration file, else the first one found in `folder`, above it, or in the user's configuration folder.
 * None is fine unless one was named. Throws `CONFIG_INVALID`; never runs anything.
 */
export async function loadConfig(named: string | undefined, folder: string): Promise<LoadedConfig> {
  if (named !== undefined) return parseConfig(resolve(folder, named));
  const code = codeFiles.find((file) => existsSync(join(folder, file)));
  if (code !== undefined) {
    throw new RelayError(
      'CONFIG_INVALID',
      `${join(folder, code)} is code; relay would have to run it to look for its configuration, and does not.`,
      { hint: 'Run relay in another folder, or name its configuration with --config FILE.' },
    );
  }
  const refuse = (file: string) => {
    throw new RelayError('CONFIG_INVALID', `${file} is code; relay takes data only.`);
  };
  const explorer = cosmiconfig('relay', {
    searchPlaces: places,
    searchStrategy: 'global',
    cache: false,
    loaders: {
      '.js': refuse,
      '.mjs': refuse,
      '.cjs': refuse,
      '.ts': refuse,
      '.yaml': keepText,
      '.yml': keepText,
      '.json': keepText,
      noExt: keepText,
    },
  });
  const found = await explorer.search(folder);
  return found === null || found.isEmpty === true ? { file: null, config: {} } : parseConfig(found.filepath);
}

/** Parsing is done in one place, for named and found files alike. */
function keepText(_file: string, text: string): string {
  return text;
}

async function parseConfig(file: string): Promise<LoadedConfig> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new RelayError(
      'CONFIG_INVALID',
      `The configuration file ${file} cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'unknown'}).`,
      { cause },
    );
  }
  let value: unknown;
  try {
    value = parseYaml(text) ?? {};
  } catch (cause) {
    throw new RelayError(
      'CONFIG_INVALID',
      `The configuration file ${file} is neither YAML nor JSON: ${cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : ''}`,
      { cause },
    );
  }
  const result = configSchema.safeParse(value);
  if (result.success) return { file, config: withPaths(result.data, dirname(file)) };
  const details = result.error.issues.flatMap((issue) => {
    const where = issue.path.join('.');
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map(
        (key) =>
          `unknown setting "${[where, key].filter(Boolean).join('.')}".${didYouMean(key, Object.keys((issue.path[0] === 'hosts' ? hostEntry : configSchema).shape))}`,
      );
    return [`${where}: ${issue.message}`];
  });
  throw new RelayError('CONFIG_INVALID', `The configuration file ${file} is wrong.`, { details });
}

function withPaths(config: ConfigFile, folder: string): ConfigFile {
  const at = (path: string | undefined) => (path === undefined ? undefined : resolve(folder, path));
  const hosts = Object.entries(config.hosts ?? {}).map(
    ([name, host]) =>
      [name, { ...host, adminKeyFile: at(host.adminKeyFile), adminPasswordFile: at(host.adminPasswordFile) }] as const,
  );
  const report = config.report === '-' ? config.report : at(config.report);
  const packDirs = config.packDirs?.map((path) => resolve(folder, path));
  return {
    ...config,
    ...(report === undefined ? {} : { report }),
    ...(packDirs === undefined ? {} : { packDirs }),
    hosts: Object.fromEntries(hosts),
  };
}

/** A duration of the configuration file, in milliseconds. */
export function configured(config: ConfigFile, name: 'timeout' | 'deadline' | 'gatewayWait'): number | undefined {
  const text = config[name];
  return text === undefined ? undefined : parseDuration(text);
}

/** The limits of one request and of the whole command, in milliseconds: option, then configuration file, then default. */
export function limitsOf(
  options: { timeout?: number; deadline?: number },
  config: ConfigFile,
): { timeoutMs: number; deadlineMs: number | undefined } {
  return {
    timeoutMs: options.timeout ?? configured(config, 'timeout') ?? 30_000,
    deadlineMs: options.deadline ?? configured(config, 'deadline'),
  };
}
