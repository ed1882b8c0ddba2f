import { refusal } from './envelope.ts';
import type { HostError } from '../reply.ts';
import type { HostContext } from './host.ts';
import { isJsonObject } from '../json-object.ts';
import type { JsonObject } from '../json-object.ts';

const initials: Record<string, string> = { id: 'ID', ids: 'IDs', usd: 'USD' };

function goName(field: string): string {
  return field
    .split('_')
    .map((part) => initials[part] ?? part.slice(0, 1).toUpperCase() + part.slice(1))
    .join('');
}

function goKind(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value;
}

/** The fields of a request body, read the way the host binds them: null counts as absent, wrong types are refused. */
export class Fields {
  readonly source: JsonObject;
  readonly #struct: string;
  readonly #refuse: (text: string) => HostError;
  readonly #problems: string[] = [];

  constructor(source: JsonObject, struct: string, refuse: (text: string) => HostError) {
    this.source = source;
    this.#struct = struct;
    this.#refuse = refuse;
  }

  #read<T>(field: string, type: string, fits: (value: unknown) => value is T): T | undefined {
    const value = this.source[field];
    if (value === undefined || value === null) return undefined;
    if (fits(value)) return value;
    throw this.#refuse(
      `json: cannot unmarshal ${goKind(value)} into Go struct field ${this.#struct}.${field} of type ${type}`,
    );
  }

  has(field: string): boolean {
    return this.source[field] !== undefined && this.source[field] !== null;
  }

  text(field: string): string | undefined {
    return this.#read(field, 'string', (value) => typeof value === 'string');
  }

  number(field: string): number | undefined {
    return this.#read(field, 'float64', (value) => typeof value === 'number');
  }

  integer(field: string): number | undefined {
    return this.#read(field, 'int64', (value): value is number => Number.isInteger(value));
  }

  flag(field: string): boolean | undefined {
    return this.#read(field, 'bool', (value) => typeof value === 'boolean');
  }

  object(field: string): JsonObject | undefined {
    return this.#read(field, 'map[string]interface {}', isJsonObject);
  }

  list(field: string): unknown[] | undefined {
    return this.#read(field, '[]interface {}', (value) => Array.isArray(value));
  }

  integers(field: string): number[] | undefined {
    return this.#read(
      field,
      '[]int64',
      (value): value is number[] => Array.isArray(value) && value.every((item) => Number.isInteger(item)),
    );
  }

  /** Notes that a rule is broken; `settle` refuses. */
  check(field: string, tag: string, holds: boolean): void {
    if (holds) return;
    const name = goName(field);
    const path = this.#struct === '' ? name : `${this.#struct}.${name}`;
    this.#problems.push(`Key: '${path}' Error:Field validation for '${name}' failed on the '${tag}' tag`);
  }

  /** Refuses the request when a rule was broken. */
  settle(): void {
    if (this.#problems.length > 0) throw this.#refuse(this.#problems.join('\n'));
  }
}

function invalidRequest(text: string): HostError {
  return refusal(400, `Invalid request: ${text}`);
}

/** Refusal of a channel body: the bare text with a reason. */
export function validationError(text: string): HostError {
  return refusal(400, text, 'VALIDATION_ERROR');
}

/** Fields of an object that is already parsed. */
export function fieldsOf(
  source: JsonObject,
  struct: string,
  refuse: (text: string) => HostError = invalidRequest,
): Fields {
  return new Fields(source, struct, refuse);
}

/** Reads a request's JSON body; text that is no JSON object is refused in Go's words. */
export async function bind(
  c: HostContext,
  struct: string,
  refuse: (text: string) => HostError = invalidRequest,
): Promise<Fields> {
  const text = await c.req.text();
  if (text.trim() === '') throw refuse('EOF');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const cut = error instanceof Error && /end of JSON|Unterminated/.test(error.message);
    throw refuse(cut ? 'unexpected EOF' : 'invalid character in JSON body');
  }
  if (!isJsonObject(value))
    throw refuse(`json: cannot unmarshal ${goKind(value)} into Go value of type admin.${struct}`);
  return new Fields(value, struct, refuse);
}

/** A numeric id out of the path, else 400 with the given text. */
export function pathId(c: HostContext, refuse: () => HostError, name = 'id'): number {
  const text = c.req.param(name) ?? '';
  if (!/^-?\d+$/.test(text)) throw refuse();
  return Number(text);
}
