import { z } from 'zod';
import { problemSchema } from './parts.ts';

const explanation = z.object({
  code: z.string(),
  kind: z.enum(['error', 'warning', 'rule']),
  summary: z.string(),
  hint: z.string(),
  exitCode: z.int(),
});

/** What `relay explain` says to programs: all codes, or with a code that one. */
export const codesSchema = z.object({ schema: z.literal('relay.codes/1'), codes: z.array(explanation) });
export const codeSchema = z.object({ schema: z.literal('relay.code/1'), ...explanation.shape });

/** What `relay config show` says to programs. */
export const settingsSchema = z.object({
  schema: z.literal('relay.settings/1'),
  file: z.string().nullable().describe('The configuration file, where there is one.'),
  settings: z.array(
    z.object({
      name: z.string(),
      value: z.unknown().describe('null for what is not set, and for secrets.'),
      source: z.enum(['option', 'environment', 'file', 'default']),
      from: z.string().nullable().describe('The option, the variable, or file and line; null for a default.'),
      secret: z.boolean(),
    }),
  ),
});

/** The line that `relay sandbox` prints when it listens. */
export const sandboxSchema = z.object({
  schema: z.literal('relay.sandbox/1'),
  url: z.string(),
  kind: z.string(),
  version: z.string(),
  adminUser: z.string().optional().describe('The id of the admin, where the host asks for it beside the key.'),
  adminKey: z.string(),
  adminEmail: z.string().optional().describe('Where the admin logs in by an e-mail address.'),
  adminName: z.string().optional().describe('Where the admin logs in by a name.'),
  adminPassword: z.string().optional().describe('Where the admin logs in by a password.'),
  clientKey: z.string().optional().describe('A key that opens the gateway, where the host has no users.'),
  vendorUrl: z.string(),
});

/** What a command says to programs that did nothing, or did not get through. */
export const errorSchema = z.object({
  schema: z.literal('relay.error/1'),
  exitCode: z.int(),
  errors: z.array(problemSchema),
});

export type CodesOutput = z.infer<typeof codesSchema>;
export type CodeOutput = z.infer<typeof codeSchema>;
export type SettingsOutput = z.infer<typeof settingsSchema>;
export type SandboxOutput = z.infer<typeof sandboxSchema>;
export type ErrorOutput = z.infer<typeof errorSchema>;
