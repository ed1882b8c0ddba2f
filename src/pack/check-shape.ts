import { z } from 'zod';
import { didYouMean } from '../terms/nearest.ts';
import type { Finding } from './finding.ts';
import { packSchema, providerSchema, type PackManifest, type Provider } from './manifest.ts';
import type { Path, SourceText } from './source-text.ts';

/** The fields of a provider that are right, where others of the manifest are not. */
export interface SoundProvider {
  index: number;
  provider: Partial<Provider>;
}

type Shape =
  | { manifest: PackManifest; findings: Finding[] }
  | { manifest?: undefined; findings: Finding[]; sound: SoundProvider[] };

/** Checks a value against the schema of packs. Every fault is found at once, each at its place in the text. */
export function checkShape(source: SourceText, value: unknown): Shape {
  const data = withoutFreeFields(value);
  const result = packSchema.safeParse(data);
  if (result.success) return { manifest: result.data, findings: [] };
  const { issues } = result.error;
  return { findings: issues.flatMap((issue) => findingsOf(source, data, issue)), sound: soundProviders(data, issues) };
}

function soundProviders(data: unknown, issues: readonly z.core.$ZodIssue[]): SoundProvider[] {
  const providers = (data as { providers?: unknown } | null)?.providers;
  if (!Array.isArray(providers)) return [];
  const broken = new Set(issues.map(({ path }) => path.slice(0, 3).join('/')));
  // Once for all of them: making a schema costs more than parsing with it.
  const partial = providerSchema.partial();
  return providers.flatMap((raw: unknown, index): SoundProvider[] => {
    if (typeof raw !== 'object' || raw === null) return [];
    const sound = Object.entries(raw).filter(
      ([name]) => Object.hasOwn(providerSchema.shape, name) && !broken.has(`providers/${index}/${name}`),
    );
    const parsed = partial.safeParse(Object.fromEntries(sound));
    return parsed.success ? [{ index, provider: parsed.data }] : [];
  });
}

function findingsOf(source: SourceText, data: unknown, issue: z.core.$ZodIssue): Finding[] {
  const where = pathText(issue.path);
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(issue.path);
    return issue.keys.map((key) =>
      source.keyFinding(
        issue.path,
        key,
        'UNKNOWN_FIELD',
        `unknown field "${key}"${issue.path.length === 0 ? '' : ` in ${where}`}.${didYouMean(key, known)}`,
      ),
    );
  }
  if (isMissing(data, issue.path)) {
    return [source.finding(issue.path.slice(0, -1), 'MISSING_FIELD', `the field "${where}" is missing`)];
  }
  if (issue.code === 'invalid_value') {
    const values = issue.values.map(String);
    return [
      source.finding(issue.path, 'INVALID_VALUE', `${where} must be ${values.map((each) => `"${each}"`).join(' or ')}`),
    ];
  }
  const why = issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;
  return [source.finding(issue.path, 'INVALID_VALUE', `${where} ${plain(why)}`)];
}

/** Whether there is nothing at a path below something that is there. */
function isMissing(data: unknown, path: Path): boolean {
  if (path.length === 0) return false;
  const parent = path
    .slice(0, -1)
    .reduce<unknown>((value, part) => (value as Record<PropertyKey, unknown> | undefined)?.[part], data);
  return typeof parent === 'object' && parent !== null && !Object.hasOwn(parent, path.at(-1) ?? '');
}

function plain(message: string): string {
  return message
    .replace(/^Invalid input: /, '')
    .replace(/^Too small: expected \w+ to have/, 'must have')
    .replace(/^Too (?:small|big): expected \w+ to be/, 'must be')
    .replace(/^expected/, 'must be');
}

/** `providers[0].channelTemplate.modelMapping` */
function pathText(path: Path): string {
  if (path.length === 0) return 'the manifest';
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}

/** The fields that the schema knows at a path, for the nearest of them to be proposed. */
function knownKeys(path: Path): string[] {
  let schema: z.ZodType | undefined = packSchema;
  for (const part of path) {
    schema = unwrap(schema);
    if (schema instanceof z.ZodObject) schema = schema.shape[String(part)] as z.ZodType | undefined;
    else if (schema instanceof z.ZodArray) schema = schema.element as z.ZodType;
    else if (schema instanceof z.ZodRecord) schema = schema.valueType as z.ZodType;
    else return [];
  }
  const found = unwrap(schema);
  return found instanceof z.ZodObject ? Object.keys(found.shape) : [];
}

function unwrap(schema: z.ZodType | undefined): z.ZodType | undefined {
  let inner = schema;
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault)
    inner = inner.def.innerType as z.ZodType;
  return inner;
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
