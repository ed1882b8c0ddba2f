import { z } from 'zod';

const errorBody = z.object({
  error: z.object({
    message: z.string(),
    type: z.string().nullish(),
    code: z.union([z.string(), z.number()]).nullish(),
  }),
});

/** A quoted upstream answer for people: what its JSON says, instead of the JSON. Anything else stays as it is. */
export function readable(message: string): string {
  const begin = message.indexOf('{');
  if (begin === -1) return message;
  try {
    const { error } = errorBody.parse(JSON.parse(message.slice(begin)));
    const kind = error.code ?? error.type;
    return `${message.slice(0, begin)}${error.message}${kind === null || kind === undefined ? '' : ` (${kind})`}`;
  } catch {
    return message;
  }
}
