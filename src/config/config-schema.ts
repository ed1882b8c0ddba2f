import { z } from 'zod';
import { hostKindNames } from '../core/host-kinds.ts';
import { sandboxWords } from '../core/sandbox-kinds.ts';
import { disguiseOfOwn } from '../core/disguise.ts';
import { unwrap } from '../text/shape-findings.ts';
import { parseDuration } from './duration.ts';
import { hostTable } from './options/host-table.ts';
import type { OptionSettings } from './options/option-flags.ts';
import type { OptionRecord } from './options/option-record.ts';
import { optionsThat, optionTable } from './options/option-table.ts';

const duration = z
  .string('must be a duration such as 500ms, 30s or 2m')
  .refine((text) => parseDuration(text) !== undefined, 'must be a duration such as 500ms, 30s or 2m')
  .meta({ examples: ['30s', '2m'] });
const path = z.string().min(1, 'must be a path');
/** A secret on standard input is a matter of one command. */
const secretFile = path.refine((text) => text !== '-', 'must be the path of a file; - is for the command line only');
const words = z.array(z.string().min(1, 'must not be empty'), 'must be a list: [one, another]');

const hostName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be 1 to 64 letters, digits, ".", "_" or "-"')
  .refine((name) => name !== 'sandbox', '"sandbox" always means the embedded host');

const hostUrl = z
  .string()
  .refine(isHostUrl, 'must be an http or https URL that ends with its path, and holds no login and no backslash');

/** The address of an upstream. */
export const upstream = z
  .string()
  .refine((text) => !URL.canParse(text) || disguiseOfOwn(text) === undefined, 'is read otherwise than it looks');

/** What is checked of a text. */
const texts = {
  any: z.string(),
  'not empty': path,
  digest: z.string().regex(/^(?:sha256:)?[0-9a-f]{64}$/i, 'must be 64 hexadecimal digits'),
  upstream,
} as const;

function isHostUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  if (!/^https?:$/.test(protocol) || `${username}${password}${search}${hash}` !== '') return false;
  return disguiseOfOwn(text) === undefined;
}

/** A host that is named in a configuration file. */
const hostEntry = z.strictObject({
  url: hostUrl,
  kind: z.enum(hostKindNames).optional(),
  adminKeyFile: secretFile.optional(),
  adminUser: z.string().optional(),
  adminEmail: z.string().optional(),
  adminPasswordFile: secretFile.optional(),
});

/** What an option may be in a configuration file. */
function settingOf(option: OptionRecord): z.ZodType {
  const { kind, words: choices = [], most = Number.MAX_SAFE_INTEGER, holds, negative } = option;
  switch (kind) {
    case 'switch':
      return z.boolean();
    case 'number':
      return z.int().min(1).max(most);
    case 'duration':
      return duration;
    case 'choice':
      return z.enum(choices);
    case 'file':
    case 'folder':
      if (negative !== undefined)
        return z.union([path, z.literal(false)], 'must be a path, "-" for standard output, or false for none');
      return holds === 'secret' ? secretFile : path;
    case 'text':
      return option.repeatable === true ? words : texts[option.check ?? 'any'];
  }
}

/** Options that may stand in a file, those of the host first, as people look for them. */
const settings = Object.entries({ ...hostTable, ...optionTable }).flatMap(([name, option]: [string, OptionRecord]) => {
  if (typeof option.config === 'string') return [];
  const { about = option.about } = option.config === true ? {} : option.config;
  return [[name, settingOf(option).optional().describe(about)]];
});

/**
 * What a configuration file may hold: the hosts, the folders of packs, and options under their camel-case names. It is
 * data; secrets are named by the files that hold them. `leftOut` has the options that it may not hold.
 */
export const configSchema = z.strictObject({
  $schema: z.string().optional().describe('where editors find this schema'),
  hosts: z.record(hostName, hostEntry).optional().describe('hosts by name, for --host'),
  packDirs: z.array(path).optional().describe('folders of packs that are found by name, before the shipped ones'),
  ...(Object.fromEntries(settings) as Record<keyof OptionSettings, z.ZodType>),
});

export type ConfigFile = Pick<z.infer<typeof configSchema>, '$schema' | 'hosts' | 'packDirs'> & OptionSettings;

/** Options that a configuration file may not hold, and why. */
export const leftOut: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(optionTable).flatMap(([name, { config }]) => (typeof config === 'string' ? [[name, config]] : [])),
);

/** Settings that are paths; in a file they are relative to it. `-` stays what it is, and so does the id of a pack. */
export const pathSettings: readonly string[] = optionsThat(
  ({ kind, config }) => (kind === 'file' || kind === 'folder') && typeof config !== 'string',
);

/** The settings that take one of a few words, a number, yes or no, or a duration: nothing that is like a secret. */
export function plainSettings(): string[] {
  const isPlain = (schema: z.ZodType) => {
    const inner = unwrap(schema);
    return (
      [z.ZodEnum, z.ZodLiteral, z.ZodNumber, z.ZodBoolean].some((kind) => inner instanceof kind) || inner === duration
    );
  };
  return [configSchema, hostEntry].flatMap(({ shape }) =>
    Object.entries(shape).flatMap(([name, schema]) => (isPlain(schema as z.ZodType) ? [name] : [])),
  );
}

/** The words that settings may hold. */
export function wordsOfSettings(): string[] {
  const choicesOf = (schema: z.ZodType): string[] => {
    const inner = unwrap(schema);
    return inner instanceof z.ZodEnum ? inner.options.map(String) : [];
  };
  return [...Object.values(configSchema.shape).flatMap(choicesOf), ...hostKindNames, ...hostKindNames, ...sandboxWords];
}
