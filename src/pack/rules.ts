/** What manifests are checked for: what each rule finds, and what is right instead. */
export const rules = {
  SYNTAX: {
    summary: 'The text is no YAML or JSON that a manifest may be written in.',
    hint: 'Correct it at the place that is named; each name stands once in its map, and nothing nests deeper than 32.',
  },
  CONTROL_CHARACTER: {
    summary: 'A character stands there that is not seen, or that turns around what is seen.',
    hint: 'Remove it; type the line anew if you cannot find it.',
  },
  NOT_UTF8: { summary: 'The file is no UTF-8 text.', hint: 'Save it as UTF-8.' },
  TOO_LARGE: { summary: 'The file is larger than a manifest may be.', hint: 'Keep it below 128 KiB.' },
  UNREADABLE: {
    summary: 'There is no manifest to read.',
    hint: 'A pack is a folder with a pack.yaml or pack.json, or the path of such a file; it begins with "." or "/".',
  },
  OUTSIDE_FOLDER: {
    summary: 'The manifest is a link to a file outside of the folder of its pack.',
    hint: 'Put the file itself into the folder.',
  },
  SECOND_MANIFEST: {
    summary: 'A pack folder holds two manifests. Which one is meant cannot be told.',
    hint: 'Keep one of pack.yaml, pack.yml and pack.json.',
  },
  TOO_MANY: { summary: 'There are more faults than are shown.', hint: 'Correct these first, then check again.' },
  UNKNOWN_FIELD: {
    summary: 'A field has a name that manifests do not know.',
    hint: '`relay packs schema` prints every field; names that begin with x- are free.',
  },
  MISSING_FIELD: {
    summary: 'A field that every manifest has is missing.',
    hint: '`relay packs new` writes a manifest with all of them.',
  },
  INVALID_VALUE: {
    summary: 'A field holds something else than it can.',
    hint: 'Write what the message says; `relay packs schema` tells what each field may hold.',
  },
  ID_DIFFERS: {
    summary: 'A pack that is found by name has another id than its folder.',
    hint: 'Name the folder as the pack.',
  },
  DUPLICATE_ID: {
    summary: 'Two packs, or two providers, have the same id. Names on the host begin with it.',
    hint: 'Give each an id of its own.',
  },
  TWO_DEFAULTS: {
    summary: 'Two providers of a pack are the default.',
    hint: 'Leave `default: true` to the one that most people mean.',
  },
  TERMS_DEFAULT: {
    summary: 'The default provider has terms that must be agreed to first.',
    hint: 'Make a provider without terms the default, or none.',
  },
  DUPLICATE_MODEL: { summary: 'A model is listed twice.', hint: 'List each model once.' },
  SMOKE_MODEL_NOT_OFFERED: {
    summary: 'The smoke-test model is not among the models that users can ask for.',
    hint: 'Choose one of defaultModels, or of the names in the mapping.',
  },
  MAPPING_TARGET_UNKNOWN: {
    summary: 'A mapping leads to a model that is not among the default models.',
    hint: 'Add the model to defaultModels, or map to one that is there.',
  },
  MAPPING_CHAIN: {
    summary: 'A mapping leads to a name that is mapped on. The host would apply both.',
    hint: 'Map to the last model directly.',
  },
  PATTERN_OVERLAP: {
    summary: 'Two names or patterns of the mapping match the same model. The host refuses that.',
    hint: 'Leave one out; case does not tell names apart, and * matches any rest.',
  },
  BASE_URL_FORM: {
    summary: 'The host would make a wrong address of the base URL.',
    hint: 'openai: up to the version, as in https://api.example.com/v1. anthropic: without /v1. gemini: the root.',
  },
  BASE_URL_DISGUISED: {
    summary: 'The base URL is read otherwise than it looks, so that nobody can agree to it by looking.',
    hint: 'Write it as it is read: the host in plain letters, xn--… where it has others, and no backslash.',
  },
  PLAIN_HTTP: { summary: 'Keys would travel unprotected over http.', hint: 'Use https.' },
  SECRET_IN_MANIFEST: {
    summary: 'The manifest holds a secret. Packs are shared.',
    hint: 'Take it out, and replace that key: whoever has the file has it. Keys come from the key file.',
  },
  USD_RATE_MISSING: {
    summary: 'Prices are in a currency that cannot be turned into US dollars.',
    hint: 'Add usdRate: how many units of the currency one US dollar buys.',
  },
  PRICED_MODEL_UNKNOWN: {
    summary: 'A price is for a model that is not among the default models.',
    hint: 'Correct the name, or add the model to defaultModels.',
  },
  PRICE_ZERO: {
    summary: 'A price is 0, so the host bills nothing for the model.',
    hint: 'Write the real price; leave the model out of the prices if it is not known.',
  },
  PROVIDER_UNKNOWN: {
    summary: 'A key hint names a provider that the pack does not have.',
    hint: 'Name the id of another provider of this pack.',
  },
  PATTERN_UNSAFE: {
    summary: 'A pattern for keys could take very long to compare.',
    hint: 'Use a prefix and simple repetitions, as in ^sk-[A-Za-z0-9]{20,}$.',
  },
  FACTS_UNDATED: {
    summary: 'The facts of a provider have no day or no source.',
    hint: 'Add asOf and sources: who uses the pack wants to know how old its prices are.',
  },
  FACTS_OLD: {
    summary: 'The facts of a provider are older than a year.',
    hint: 'Look them up again, then set asOf to that day.',
  },
} as const satisfies Record<string, { summary: string; hint: string }>;

export type RuleCode = keyof typeof rules;
