import { z } from 'zod';
import { parseJson } from '../../core/parse-json.ts';

const errorBody = z.object({
  error: z.object({
    message: z.string(),
    type: z.string().nullish(),
    code: z.union([z.string(), z.number()]).nullish(),
  }),
});

/** A quoted upstream answer for people: what its JSON says, instead of the JSON. Anything else stays as it is. */
export function shorten(message: string): string {
  const begin = message.indexOf('{');
  if (begin === -1) return message;
  const body = message.slice(begin);
  const error = errorBody.safeParse(parseJson(body)).data?.error;
  // Cut out, not unpacked: the text was made fit to be seen as it stands, and an escape could hide what is not.
  const said = /"error"\s*:\s*\{[^{}]*?"message"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(body)?.[1];
  if (error === undefined || said === undefined) return message;
  const kind = String(error.code ?? error.type ?? '');
  return `${message.slice(0, begin)}${said}${/^[\w.-]+$/.test(kind) ? ` (${kind})` : ''}`;
}
