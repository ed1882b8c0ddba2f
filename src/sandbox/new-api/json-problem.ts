import { parseJson } from '../json-object.ts';

/** What the host's decoder says of a text that is no JSON; undefined where it is. */
export function jsonProblem(text: string): string | undefined {
  if (parseJson(text) !== undefined) return undefined;
  const trimmed = text.trim();
  if (trimmed === '') return 'unexpected end of JSON input';
  const [, key] = /^\{\s*([^"\s}])/.exec(trimmed) ?? [];
  if (key !== undefined) return `invalid character '${key}' looking for beginning of object key string`;
  return /^[[{"]/.test(trimmed)
    ? 'unexpected end of JSON input'
    : `invalid character '${trimmed[0]}' looking for beginning of value`;
}
