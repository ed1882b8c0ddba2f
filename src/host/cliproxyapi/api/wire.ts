import { z } from 'zod';

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');

/** A model of an entry: what is sent on, and what clients ask for; without an alias they ask for the former. */
const modelWire = z.looseObject({ name: text, alias: text });

const shared = {
  'base-url': text,
  models: z.array(modelWire).nullish(),
  headers: z.record(z.string(), z.string()).nullish(),
};

/** One of the keys of a provider. `auth-index` comes and goes, and is a hash of the key. */
const keyWire = z.looseObject({ 'api-key': text });

/** An element of `openai-compatibility`: a provider with its keys. */
export const providerWire = z.looseObject({
  ...shared,
  name: text,
  'api-key-entries': z.array(keyWire).nullish(),
  disabled: z.boolean().nullish(),
});

/** An element of the other lists: one key, which is all of itself. */
export const singleWire = z.looseObject({ ...shared, 'api-key': text });

export type ProviderWire = z.infer<typeof providerWire>;
export type SingleWire = z.infer<typeof singleWire>;

/** What a management call says of a failure. */
export const errorWire = z.looseObject({ error: z.string(), message: z.string().optional() });

export const rootWire = z.looseObject({ message: z.string() });

/** How the host tells what came of a request that it has sent. */
export const callWire = z.looseObject({
  status_code: z.int(),
  header: z.record(z.string(), z.unknown()).nullish(),
  body: text,
});

/** By provider, by address and key: what is live. Nothing of the counters is read. */
export const usageWire = z.record(z.string(), z.record(z.string(), z.unknown()));

export const pluginsWire = z.looseObject({
  plugins_enabled: z.boolean().nullish(),
  plugins: z.array(z.unknown()).nullish(),
});

export const anything = z.unknown();
