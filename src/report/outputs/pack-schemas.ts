import { z } from 'zod';
import { packKinds, platforms } from '../../core/modes.ts';
import { packSchema } from '../../pack/manifest.ts';

const origin = z.object({
  origin: z.enum(['built-in', 'folder', 'path']),
  file: z.string(),
  digest: z.string(),
  shadows: z.array(z.string()).describe('Packs of the same name that this one hides.'),
});

/** What `relay packs list` says to programs. */
export const packsSchema = z.object({
  schema: z.literal('relay.packs/1'),
  packs: z.array(
    origin.extend({
      id: z.string(),
      displayName: z.string(),
      kind: z.enum(packKinds),
      providers: z.array(
        z.object({
          id: z.string(),
          displayName: z.string(),
          platform: z.enum(platforms),
          baseUrl: z.string().describe('`ask` where only the operator knows it.'),
          default: z.boolean(),
          terms: z.string().nullable().describe('What --accept-terms agrees to, where it is asked for.'),
          hosts: packSchema.shape.providers.element.shape.hosts,
          smokeTestModel: z.string().nullable().describe('null where the upstream lists the models.'),
          asOf: z.string().nullable(),
          refused: z
            .array(z.object({ code: z.string(), message: z.string() }))
            .optional()
            .describe('With --host: why that host would not take it; empty where it would.'),
        }),
      ),
    }),
  ),
  broken: z
    .array(z.object({ id: z.string(), file: z.string(), faults: z.int() }))
    .describe('What is found by name and cannot be used.'),
});

/** What `relay packs show` says to programs: the manifest with every default filled in, and where the pack is. */
export const packViewSchema = origin.extend(packSchema.shape);

/** What `relay validate` says to programs. */
export const validateSchema = z.object({
  schema: z.literal('relay.validate/1'),
  ok: z.boolean(),
  findings: z.array(
    z.object({
      file: z.string(),
      line: z.int(),
      column: z.int(),
      code: z.string(),
      severity: z.enum(['error', 'warning']),
      message: z.string(),
      hint: z.string(),
    }),
  ),
});

export type PacksOutput = z.infer<typeof packsSchema>;
export type PackViewOutput = z.infer<typeof packViewSchema>;
export type ValidateOutput = z.infer<typeof validateSchema>;
