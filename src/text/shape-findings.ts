import { z } from 'zod';
import { didYouMean } from '../core/suggest.ts';
import type { Finding } from './finding.ts';
import type { Path, SourceText } from './source-text.ts';

/** What a schema can find. */
type ShapeCode = 'UNKNOWN_FIELD' | 'MISSING_FIELD' | 'INVALID_VALUE';

/** How messages speak of the text as a whole, and of an entry in it. */
interface Words {
  whole: string;
  entry: string;
}

/** What a schema found wrong with the value of a text, each fault at its place, unknown names with the nearest known. */
export function shapeFindings(
  source: SourceText<ShapeCode>,
  schema: z.ZodType,
  data: unknown,
  issues: readonly z.core.$ZodIssue[],
  words: Words,
): Finding[] {
  return issues.flatMap(nearest).flatMap((issue) => findingsOf(source, schema, data, issue, words));
}

/** Of a value that may be one thing or another: what is wrong inside it, where it is one of them but for that. */
function nearest(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const isInside = ({ path, code }: z.core.$ZodIssue) => path.length > 0 || code === 'unrecognized_keys';
  const inside = issue.errors.find((branch) => branch.length > 0 && branch.every(isInside));
  if (inside === undefined) return [issue];
  return inside.map((each) => ({ ...each, path: [...issue.path, ...each.path] })).flatMap(nearest);
}

function findingsOf(
  source: SourceText<ShapeCode>,
  schema: z.ZodType,
  data: unknown,
  issue: z.core.$ZodIssue,
  { whole, entry }: Words,
): Finding[] {
  const where = pathText(issue.path) || whole;
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(schema, issue.path);
    return issue.keys.map((key) =>
      source.keyFinding(
        issue.path,
        key,
        'UNKNOWN_FIELD',
        `unknown ${entry} "${key}"${issue.path.length === 0 ? '' : ` in ${where}`}.${didYouMean(key, known)}`,
      ),
    );
  }
  if (isMissing(data, issue.path)) {
    return [source.finding(issue.path.slice(0, -1), 'MISSING_FIELD', `the ${entry} "${where}" is missing`)];
  }
  if (issue.code === 'invalid_value') {
    const values = issue.values.map(String);
    const meant = didYouMean(String(valueAt(data, issue.path)), values);
    const message = `${where} must be ${values.map((each) => `"${each}"`).join(' or ')}${meant === '' ? '' : `.${meant}`}`;
    return [source.finding(issue.path, 'INVALID_VALUE', message)];
  }
  const why = issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;
  return [source.finding(issue.path, 'INVALID_VALUE', `${where} ${plain(why)}`)];
}

/** Whether there is nothing at a path below something that is there. */
function isMissing(data: unknown, path: Path): boolean {
  if (path.length === 0) return false;
  const parent = valueAt(data, path.slice(0, -1));
  return typeof parent === 'object' && parent !== null && !Object.hasOwn(parent, path.at(-1) ?? '');
}

function valueAt(data: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, part) => (value as Record<PropertyKey, unknown> | undefined)?.[part], data);
}

function plain(message: string): string {
  return message
    .replace(/^Invalid input: /, '')
    .replace(/^Too small: expected \w+ to have/, 'must have')
    .replace(/^Too (?:small|big): expected \w+ to be/, 'must be')
    .replace(/^expected/, 'must be');
}

/** `providers[0].channelTemplate.modelMapping`; nothing for the text as a whole. */
function pathText(path: Path): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}

/** The fields that a schema knows at a path, for the nearest of them to be proposed. */
function knownKeys(whole: z.ZodType, path: Path): string[] {
  let schema: z.ZodType | undefined = whole;
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

/** The schema of a value that may be absent, or a word in its place. */
export function unwrap(schema: z.ZodType | undefined): z.ZodType | undefined {
  let inner = schema;
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault)
    inner = inner.def.innerType as z.ZodType;
  if (!(inner instanceof z.ZodUnion)) return inner;
  return (inner.options as readonly z.ZodType[]).find((each) => !(each instanceof z.ZodLiteral));
}
