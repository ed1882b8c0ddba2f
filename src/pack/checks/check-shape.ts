import { z } from 'zod';
import type { Finding } from '../../text/finding.ts';
import { shapeFindings, unwrap } from '../../text/shape-findings.ts';
import type { ManifestText } from '../manifest-text.ts';
import { packProviderSchema, packSchema, type PackManifest, type PackProvider } from '../manifest.ts';

/** The fields of a provider that are right, where others of the manifest are not. */
export interface SoundProvider {
  index: number;
  provider: Partial<PackProvider>;
}

type Shape =
  | { manifest: PackManifest; findings: Finding[] }
  | { manifest?: undefined; findings: Finding[]; sound: SoundProvider[] };

/** Checks a value against the schema of packs. Every fault is found at once, each at its place in the text. */
export function checkShape(source: ManifestText, value: unknown): Shape {
  const data = withoutFreeFields(value);
  const result = packSchema.safeParse(data);
  if (result.success) return { manifest: result.data, findings: [] };
  const { issues } = result.error;
  const words = { whole: 'the manifest', entry: 'field' };
  return { findings: shapeFindings(source, packSchema, data, issues, words), sound: soundProviders(data, issues) };
}

function soundProviders(data: unknown, issues: readonly z.core.$ZodIssue[]): SoundProvider[] {
  const providers = (data as { providers?: unknown } | null)?.providers;
  if (!Array.isArray(providers)) return [];
  const broken = new Set(issues.map(({ path }) => path.slice(0, 3).join('/')));
  // Once for all of them: making a schema costs more than parsing with it.
  const partial = packProviderSchema.partial();
  return providers.flatMap((raw: unknown, index): SoundProvider[] => {
    if (typeof raw !== 'object' || raw === null) return [];
    const sound = Object.entries(raw).filter(
      ([name]) => Object.hasOwn(packProviderSchema.shape, name) && !broken.has(`providers/${index}/${name}`),
    );
    const parsed = partial.safeParse(Object.fromEntries(sound));
    return parsed.success ? [{ index, provider: parsed.data }] : [];
  });
}

/** Fields named `x-…` are free for whoever writes the pack. In a map they are entries like any other. */
function withoutFreeFields(value: unknown, schema: z.ZodType | undefined = packSchema): unknown {
  const shape = unwrap(schema);
  if (Array.isArray(value)) {
    const element = shape instanceof z.ZodArray ? (shape.element as z.ZodType) : undefined;
    return value.map((item) => withoutFreeFields(item, element));
  }
  if (typeof value !== 'object' || value === null || !(shape instanceof z.ZodObject)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !key.startsWith('x-'))
      .map(([key, inner]) => [key, withoutFreeFields(inner, shape.shape[key] as z.ZodType | undefined)]),
  );
}
