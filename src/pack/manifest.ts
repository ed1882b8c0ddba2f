import { z } from 'zod';
import { accountLimits } from '../core/account-limits.ts';
import { packKinds, platforms } from '../core/modes.ts';
import { idPattern } from './id-pattern.ts';
import { providerHosts } from './provider-hosts.ts';

const id = z.string().regex(idPattern, 'must be 1 to 64 of a-z, 0-9, ".", "_", "-", and begin with a letter or digit');
const modelName = z.string().min(1).max(200).regex(/^\S+$/, 'must not contain white space');
const text = z.string().min(1).max(2000);
const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' });
const positive = z.number().positive();
const within = ({ min, max }: { min: number; max: number }) => z.int().min(min).max(max);
const price = z.number().nonnegative();

const modelPrice = z.strictObject({
  input: price.describe('Price of a million input tokens, in the currency of the list.'),
  output: price.describe('Price of a million output tokens.'),
  cacheRead: price.optional().describe('The same for input read from the cache of the vendor; default: as input.'),
  cacheWrite: price.optional().describe('The same for input written to the cache of the vendor; default: as input.'),
});

const prices = z.strictObject({
  currency: z.string().regex(/^[A-Z]{3}$/, 'must be three capitals, such as USD'),
  usdRate: positive
    .optional()
    .describe('How many units of the currency one US dollar buys. Required unless the currency is USD.'),
  perMillionTokens: z.record(modelName, modelPrice),
});

/** What stands for all models of a list: their names, `*` for any rest or beginning. */
const patterns = z.array(modelName).min(1);

const models = z.array(modelName).min(1);

/** One way to reach a vendor, as it stands in a pack. */
export const packProviderSchema = z.strictObject({
  id: id.describe('Begins the name of every account and resource on the host.'),
  displayName: text,
  default: z.boolean().default(false).describe('The provider that is used when none is named.'),
  platform: z.enum(platforms).describe('The wire protocol that the upstream speaks.'),
  accountType: z.literal('apikey'),
  baseUrl: z
    .union([httpUrl, z.literal('ask')], 'must be an http or https URL, or "ask" where only the operator knows it')
    .describe(
      'The upstream, as the vendor documents it for clients. Keys are sent here. `ask`: the operator gives it.',
    ),
  keys: z
    .literal('none')
    .optional()
    .describe('`none`: the upstream asks for no key; without a key file it gets one account with a placeholder.'),
  defaultModels: z
    .union(
      [models, z.literal('live')],
      'must be a list of at least one model, or "live" for those that the upstream lists',
    )
    .describe('The models that users may ask for; they are priced and listed. `live`: what the upstream lists.'),
  liveModels: z
    .strictObject({
      only: patterns.optional().describe('Only these of the list; * stands for anything.'),
      without: patterns.optional().describe('All but these.'),
      most: z.int().min(1).max(1000).optional().describe('More than so many are refused; 200 where nothing is said.'),
    })
    .optional()
    .describe('Which models of the list are meant, where `defaultModels` is `live`.'),
  smokeTestModel: modelName
    .optional()
    .describe('The model that each account and the gateway are tested with; of a live list, by default the first.'),
  smokeTest: z
    .strictObject({
      maxTokens: z.int().min(1).max(256).default(256),
      tokensField: z.enum(['max_tokens', 'max_completion_tokens']).default('max_tokens'),
    })
    .prefault({}),
  groupTemplate: z
    .strictObject({ rateMultiplier: positive.describe('What users pay, as a multiple of the price.') })
    .default({ rateMultiplier: 1 }),
  channelTemplate: z.strictObject({
    modelMapping: z
      .record(modelName, modelName)
      .describe('The name a user asks for, and the name that is sent upstream.'),
  }),
  prices: z
    .union([prices, z.literal('free')], 'must be prices, or "free"')
    .optional()
    .describe('`free`: the upstream asks nothing, so the host bills nothing.'),
  planTemplate: z
    .strictObject({
      price: positive.describe('Price of the subscription plan, in the currency of the host.'),
      validityDays: z.int().min(1).max(36_500).describe('How many units the plan is valid.'),
      validityUnit: z.enum(['day', 'week', 'month']),
      forSale: z.boolean().default(false),
    })
    .optional()
    .describe('Without it no tariff is made, and who is given access without a number of days has it for 30.'),
  accountTemplate: z
    .strictObject({
      concurrency: within(accountLimits.concurrency).default(10).describe('Requests at once for each account.'),
      priority: within(accountLimits.priority).default(50).describe('Lower is used first.'),
    })
    .prefault({}),
  pace: z
    .strictObject({
      atOnce: z
        .int()
        .min(1)
        .max(1000)
        .optional()
        .describe('Tests at once that the vendor takes, of all keys together.'),
      perMinute: z
        .int()
        .min(1)
        .max(1_000_000)
        .optional()
        .describe('Tests a minute, of all keys together; they are spread evenly.'),
    })
    .optional()
    .describe("The vendor's limit, where it is known."),
  hosts: providerHosts,
  keyCheck: z
    .enum(['models-list', 'none'])
    .default('models-list')
    .describe('Whether the model list of the vendor proves a key; none where it is public.'),
  deadCodes: z
    .array(z.string().min(1))
    .default([])
    .describe('Words in a 429 answer that mean an empty balance rather than a rate limit.'),
  keyHints: z
    .strictObject({
      pattern: z.string().optional(),
      otherWallets: z.array(z.strictObject({ pattern: z.string(), provider: id })).default([]),
    })
    .optional()
    .describe('What keys usually look like. A hint, never a gate.'),
  terms: z.strictObject({ id, url: httpUrl, says: text }).optional(),
  asOf: z.iso.date().optional().describe('The day the facts were true.'),
  sources: z.array(text).default([]),
});

/**
 * A way to reach a vendor that is known whole: what was left to the operator and to the upstream is filled in. Until the
 * upstream was asked for a live list, no model is known, and the one to test with is empty.
 */
export const providerSchema = packProviderSchema
  .omit({ keys: true, liveModels: true })
  .extend({ baseUrl: httpUrl, defaultModels: models, smokeTestModel: modelName, prices: prices.optional() });

/** A pack as it stands in a file: the data that describes one vendor. Fields named `x-…` are removed before parsing. */
export const packSchema = z.strictObject({
  $schema: z.string().optional(),
  schema: z.literal('relay.pack/1'),
  id,
  displayName: text,
  kind: z
    .enum(packKinds)
    .default('vendor')
    .describe('What stands behind it: a vendor, a gateway to others, a local server.'),
  keysFrom: httpUrl.optional().describe('Where a person gets a key.'),
  providers: z.array(packProviderSchema).min(1),
});

export type PackManifest = z.infer<typeof packSchema>;
export type PackProvider = PackManifest['providers'][number];
export type Provider = z.infer<typeof providerSchema>;
