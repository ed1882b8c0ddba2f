import type { PackManifest, Provider } from './manifest.ts';

/** What a person knows of a vendor who begins a pack for it. */
export interface PackStart {
  id: string;
  displayName: string;
  baseUrl: string;
  platform: Provider['platform'];
  /** At least one; the first is the one to test with. */
  models: readonly string[];
  /** `2026-11-21` */
  today: string;
  /** What is known of an upstream that was asked. */
  told?: UpstreamTold;
}

/** What an upstream that was asked has told beside its protocol and its models. */
export interface UpstreamTold {
  kind: PackManifest['kind'];
  /** Nobody is asked for a key. */
  keyless: boolean;
  /** Anybody gets the list, so that it proves no key. */
  isPublic: boolean;
  /** What was left out of the list, as a comment. */
  leftOut: string;
}

/** The protocol that an address probably speaks. */
export function guessPlatform(baseUrl: string): Provider['platform'] {
  if (/generativelanguage|gemini/i.test(baseUrl)) return 'gemini';
  return /anthropic|claude/i.test(baseUrl) ? 'anthropic' : 'openai';
}

/** A manifest with a comment at each field that a person has to think about. */
export function newPackText({ id, displayName, baseUrl, platform, models, today, told }: PackStart): string {
  const smoke = quoted(models[0] ?? '');
  const listed =
    told === undefined ? '' : `    # as it listed them; "live" reads the list at each import.${told.leftOut}\n`;
  const extra =
    platform === 'openai'
      ? `
        account:
          extra:
            # force_chat_completions where the vendor has no Responses API; the host mistakes some answers for one
            openai_responses_mode: ${told === undefined ? 'auto' : 'force_chat_completions'}`
      : '';
  return `# yaml-language-server: $schema=./pack.schema.json
# A pack says where keys are sent, which models there are, and what they cost. Fields named x-… are free.
schema: relay.pack/1
id: ${quoted(id)}
displayName: ${quoted(displayName)}
${told === undefined || told.kind === 'vendor' ? '' : `kind: ${told.kind}\n`}# keysFrom: https://example.com/keys # where a person gets a key
providers:
  # One for each upstream and wallet: another site, another protocol, or another kind of key is another provider.
  - id: ${quoted(id)} # begins the name of every account on the host; it stays for good
    displayName: ${quoted(displayName)}
    default: true
    platform: ${platform} # the protocol of the upstream: openai, anthropic or gemini
    accountType: apikey
    # openai: up to the version, as in https://api.example.com/v1; anthropic: without /v1; gemini: the root
    baseUrl: ${quoted(baseUrl)}
${told?.keyless === true ? '    keys: none # without --keys it gets one account, with a placeholder\n' : ''}${listed}    defaultModels:
${models.map((model) => `      - ${quoted(model)}`).join('\n')}
    smokeTestModel: ${smoke} # each account is tested with it: choose a cheap one
    smokeTest: { maxTokens: 256, tokensField: max_tokens } # max_completion_tokens where the vendor wants that
    groupTemplate: { rateMultiplier: 1 } # what users pay, as a multiple of the prices
    channelTemplate:
      # the name a user asks for: the name that is sent upstream; a * at the end stands for any rest
      modelMapping:
${models.map((model) => `        ${quoted(model)}: ${quoted(model)}`).join('\n')}
    # What a million tokens cost. Without a price the host may bill nothing for a model.
    # prices: free # where the upstream costs nothing; or:
    # prices:
    #   currency: USD
    #   perMillionTokens:
    #     ${smoke}: { input: 1, output: 2, cacheRead: 0.1 }
    planTemplate: { price: 9, validityDays: 30, validityUnit: day } # what a subscription costs your users
    accountTemplate: { concurrency: 10, priority: 50 }
    # pace: { atOnce: 16, perMinute: 60 } # where the vendor's limit is known
    keyCheck: ${told?.isPublic === true ? 'none' : 'models-list'} # none, where the vendor's model list is public and so proves no key
    # deadCodes: [insufficient_quota] # words in a 429 answer that mean an empty balance
    # keyHints: { pattern: '^sk-' } # what keys look like; a hint, never a gate
    # what only one kind of host understands, by its kind
    hosts:
      sub2api:
        version: '>=0.1.129'${extra}
    asOf: ${today} # the day on which ${told === undefined ? 'you looked all this up' : 'it was asked'}
    sources:
      - ${told === undefined ? 'given to relay packs new, not looked up' : quoted(`asked by relay packs fill at ${baseUrl}`)}
`;
}

/** A YAML scalar that is certain to be text. */
function quoted(text: string): string {
  return /^[a-zA-Z][\w./-]*$/.test(text) && !/^(?:true|false|null|yes|no|on|off)$/i.test(text)
    ? text
    : `'${text.replaceAll("'", "''")}'`;
}
