import { failure } from '../envelope.ts';
import type { JsonObject } from '../../json-object.ts';
import { fieldsOf } from '../request-body.ts';

const shape = {
  id: 'int',
  type: 'int',
  key: 'string',
  openai_organization: 'string',
  test_model: 'string',
  status: 'int',
  name: 'string',
  weight: 'uint',
  base_url: 'string',
  other: 'string',
  models: 'string',
  group: 'string',
  model_mapping: 'string',
  status_code_mapping: 'string',
  priority: 'int64',
  auto_ban: 'int64',
  other_info: 'string',
  tag: 'string',
  setting: 'string',
  param_override: 'string',
  header_override: 'string',
  remark: 'string',
  settings: 'string',
} as const;

const longest = { remark: 255, group: 64, tag: 191 } as const;

/** The fields of a channel that a body gives; throws what the host says of a wrong type. */
export function channelFields(body: JsonObject, path: string) {
  return fieldsOf(body, shape, path);
}

/** Throws what the database says of a text that has no room. */
export function checkLengths(given: ReturnType<typeof channelFields>): void {
  for (const [name, most] of Object.entries(longest)) {
    const value = given[name as keyof typeof longest];
    if (value !== undefined && [...value].length > most)
      throw failure(`ERROR: value too long for type character varying(${most}) (SQLSTATE 22001)`);
  }
}
