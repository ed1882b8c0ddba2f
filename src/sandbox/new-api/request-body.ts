import { failure } from './envelope.ts';
import type { HostContext } from './host.ts';
import { jsonProblem } from './json-problem.ts';
import { isJsonObject, parseJson } from '../json-object.ts';
import type { JsonObject } from '../json-object.ts';

/** What the fields of a structure must be; others vanish. `uint` is no number below 0. */
export type Shape = Record<string, 'string' | 'int' | 'int64' | 'uint' | 'bool' | 'float64'>;

/** The body of a request as an object; throws what the host's decoder says of others. */
export async function readBody(c: HostContext): Promise<JsonObject> {
  const text = await c.req.text();
  if (text.trim() === '') throw failure('EOF');
  const body = parseJson(text);
  if (body === undefined) throw failure(jsonProblem(text) ?? '');
  if (!isJsonObject(body)) throw failure('json: cannot unmarshal value into Go value');
  return body;
}

function kindOf(value: unknown): string {
  if (typeof value === 'boolean') return 'bool';
  return Array.isArray(value) ? 'array' : typeof value;
}

function fits(value: unknown, wanted: Shape[string]): boolean {
  if (wanted === 'string') return typeof value === 'string';
  if (wanted === 'bool') return typeof value === 'boolean';
  if (typeof value !== 'number') return false;
  if (wanted === 'float64') return true;
  return Number.isInteger(value) && (wanted !== 'uint' || value >= 0);
}

/**
 * The fields of a structure that a body gives, null ones apart; throws what the host says of a wrong type. `path` is the
 * structure's name and the way to it, as the message has it.
 */
export function fieldsOf<const Fields extends Shape>(body: JsonObject, shape: Fields, path: string): Given<Fields> {
  const given: JsonObject = {};
  for (const [name, wanted] of Object.entries(shape)) {
    const value = body[name];
    if (value === undefined || value === null) continue;
    if (!fits(value, wanted)) {
      const isNumeric = wanted !== 'string' && wanted !== 'bool';
      const shown = typeof value === 'number' && isNumeric ? `number ${value}` : kindOf(value);
      throw failure(`json: cannot unmarshal ${shown} into Go struct field ${path}.${name} of type ${wanted}`);
    }
    given[name] = value;
  }
  return given as Given<Fields>;
}

/** What `fieldsOf` gives. */
export type Given<Fields extends Shape> = {
  -readonly [Name in keyof Fields]?: Fields[Name] extends 'string'
    ? string
    : Fields[Name] extends 'bool'
      ? boolean
      : number;
};
