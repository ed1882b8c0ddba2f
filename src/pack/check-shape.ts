import { z } from 'zod';
import { didYouMean } from '../terms/nearest.ts';
import type { Finding } from './finding.ts';
import { packSchema, type PackManifest } from './manifest.ts';
import type { Path, SourceText } from './source-text.ts';

/** Checks a value against the schema of packs. Every fault is found at once, each at its place in the text. */
export function checkShape(source: SourceText, value: unknown): { manifest?: PackManifest; findings: Finding[] } {
  const result = packSchema.safeParse(withoutFreeFields(value));
  if (result.success) return { manifest: result.data, findings: [] };
  return { findings: result.error.issues.flatMap((issue) => findingsOf(source, issue)) };
}

function findingsOf(source: SourceText, issue: z.core.$ZodIssue): Finding[] {
  const where = pathText(issue.path);
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(issue.path);
    return issue.keys.map((key) =>
      source.keyFinding(
        issue.path,
        key,
        'UNKNOWN_FIELD',
        `unknown field "${key}"${where === '' ? '' : ` in ${where}`}.${didYouMean(key, known)}`,
      ),
    );
  }
  if (issue.code === 'invalid_type' && valueMissing(issue)) {
    return [source.finding(issue.path.slice(0, -1), 'MISSING_FIELD', `the field "${where}" is missing`)];
  }
  if (issue.code === 'invalid_value') {
    const values = issue.values.map(String);
    return [
      source.finding(issue.path, 'INVALID_VALUE', `${where} must be ${values.map((each) => `"${each}"`).join(' or ')}`),
    ];
  }
  return [source.finding(issue.path, 'INVALID_VALUE', `${where} ${plain(issue.message)}`)];
}

function valueMissing(issue: z.core.$ZodIssue): boolean {
  return issue.path.length > 0 && issue.message.includes('received undefined');
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

/** Fields named `x-…` are free for whoever writes the pack. */
function withoutFreeFields(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutFreeFields);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !key.startsWith('x-'))
      .map(([key, inner]) => [key, withoutFreeFields(inner)]),
  );
}
