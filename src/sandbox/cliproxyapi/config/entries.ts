import { z } from 'zod';
import { anything, count, flag, headerMap, optionalText, setFlag, setNumber, struct, text, texts } from './go-json.ts';

/** One model of a provider or key: what the vendor calls it, and what clients do. */
const model = struct({
  name: text,
  alias: text,
  'display-name': optionalText,
  'max-context-length': count,
  'force-mapping': flag,
  image: flag,
  'input-modalities': texts,
  'output-modalities': texts,
  'is-compat': flag,
  thinking: anything,
});
export type Model = z.infer<typeof model>;

const models = z.array(model).nullish();

/** One upstream key of a provider. */
const providerKey = struct({ 'api-key': text, weight: setNumber, 'proxy-url': optionalText });

/** What all kinds of entries may say of failures. */
const retries = { 'disable-cooling': setFlag, 'request-retry': setNumber, 'request-scoped-errors': anything };

/** One provider of `openai-compatibility`, with what is set of it. */
export const provider = struct({
  name: text,
  priority: count,
  disabled: flag.transform((value) => value ?? false),
  prefix: optionalText,
  'base-url': text,
  'api-key-entries': z
    .array(providerKey)
    .nullish()
    .transform((value) => (value?.length ? value : undefined)),
  models: models.transform((value) => (value?.length ? value : undefined)),
  headers: headerMap,
  'support-prompt-cache-key': flag,
  ...retries,
});
export type Provider = z.infer<typeof provider>;

const ofEveryKey = {
  'api-key': text,
  priority: count,
  weight: setNumber,
  prefix: optionalText,
};
const listedModels = models.transform((value) => value ?? null);
const behindModels = { headers: headerMap, 'excluded-models': texts };

/** One entry of `claude-api-key`. */
export const claudeKey = struct({
  ...ofEveryKey,
  'base-url': text,
  'proxy-url': text,
  models: listedModels,
  ...behindModels,
  'fingerprint-profile': optionalText,
  'rebuild-mid-system-message': flag,
  ...retries,
});

/** One entry of `codex-api-key`. */
export const codexKey = struct({
  ...ofEveryKey,
  'base-url': text,
  websockets: flag,
  'alpha-search': flag,
  'proxy-url': text,
  models: listedModels,
  ...behindModels,
  ...retries,
});

/** One entry of `gemini-api-key`. */
export const geminiKey = struct({
  ...ofEveryKey,
  'base-url': text,
  'proxy-url': optionalText,
  models: models.transform((value) => (value?.length ? value : undefined)),
  ...behindModels,
  ...retries,
});

/** One entry of a list with one entry for each key. */
export type KeyEntry = z.infer<typeof claudeKey> | z.infer<typeof codexKey> | z.infer<typeof geminiKey>;
