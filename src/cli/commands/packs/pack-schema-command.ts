import { z } from 'zod';
import { packSchema } from '../../../pack/manifest.ts';
import { print, type Io } from '../../io.ts';

/** `relay packs schema`: the JSON Schema of a manifest, made from what the reader checks with. */
export function showPackSchema(io: Io): number {
  print(io.stdout, JSON.stringify(packJsonSchema(), null, 2));
  return 0;
}

/** Fields named `x-…` are free, which the reader handles before the schema sees them. */
export function packJsonSchema(): unknown {
  return z.toJSONSchema(packSchema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      if (jsonSchema.type === 'object' && jsonSchema.additionalProperties === false)
        jsonSchema.patternProperties = { '^x-': {} };
    },
  });
}
