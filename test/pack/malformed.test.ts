import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inspectPack } from '../../src/pack/read-pack.ts';

/** A manifest with two providers, in which each row of the tables replaces one piece. */
const yaml = `schema: relay.pack/1
id: acme
displayName: Acme
keysFrom: https://acme.example/keys
providers:
  - id: acme-one
    displayName: Acme One
    default: true
    platform: openai
    accountType: apikey
    baseUrl: https://api.acme.example/v1
    defaultModels: [big, small]
    smokeTestModel: small
    smokeTest: { maxTokens: 16, tokensField: max_tokens }
    groupTemplate: { rateMultiplier: 1 }
    channelTemplate:
      modelMapping:
        big: big
        latest: small
    prices:
      currency: USD
      perMillionTokens:
        big: { input: 2, output: 10 }
    planTemplate: { price: 9, validityDays: 30, validityUnit: day }
    accountTemplate:
      concurrency: 10
    keyCheck: none
    deadCodes: ['1113']
    keyHints:
      pattern: '^sk-'
      otherWallets:
        - { pattern: '^tp-', provider: acme-two }
    hosts:
      sub2api:
        version: '>=0.1.129'
        account:
          credentials: { organisation: o1 }
    asOf: 2026-08-21
  - id: acme-two
    displayName: Acme Two
    platform: anthropic
    accountType: apikey
    baseUrl: https://api.acme.example/anthropic
    defaultModels: [big]
    smokeTestModel: big
    groupTemplate: { rateMultiplier: 1.5 }
    channelTemplate: { modelMapping: {} }
    planTemplate: { price: 9, validityDays: 30, validityUnit: day }
    terms: { id: t1, url: https://acme.example/terms, says: careful }
`;

const json = `{
  "schema": "relay.pack/1",
  "id": "acme",
  "displayName": "Acme",
  "providers": [
    {
      "id": "acme-one",
      "displayName": "Acme One",
      "platform": "openai",
      "accountType": "apikey",
      "baseUrl": "https://api.acme.example/v1",
      "defaultModels": ["big"],
      "smokeTestModel": "big",
      "groupTemplate": { "rateMultiplier": 1 },
      "channelTemplate": { "modelMapping": { "big": "big" } },
      "planTemplate": { "price": 9, "validityDays": 30, "validityUnit": "day" }
    }
  ]
}
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relay-pack-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

let files = 0;
async function inspect(text: string, extension: 'yaml' | 'json' = 'yaml') {
  files += 1;
  const file = join(folder, `pack-${files}.${extension}`);
  await writeFile(file, text);
  return inspectPack(file, 'path');
}

/** `text` with one piece replaced. In what replaces it, `¦` marks the place of the fault and is left out. */
function broken(text: string, from: string, to: string): { text: string; line: number; column: number } {
  expect(text.split(from), `"${from}" stands in the manifest once`).toHaveLength(2);
  const marked = text.replace(from, () => to);
  const before = marked.slice(0, marked.indexOf('¦')).split('\n');
  expect(marked).toContain('¦');
  return { text: marked.replace('¦', ''), line: before.length, column: before.at(-1)!.length + 1 };
}

type Row = [what: string, from: string, to: string, code: string, message: string];

const unknownFields: Row[] = [
  ['at the top', 'keysFrom:', '¦keyFrom:', 'UNKNOWN_FIELD', 'unknown field "keyFrom". Did you mean "keysFrom"?'],
  [
    'in a provider',
    '    baseUrl: https://api.acme.example/v1',
    '    ¦baseURL: https://api.acme.example/v1\n    baseUrl: https://api.acme.example/v1',
    'UNKNOWN_FIELD',
    'unknown field "baseURL" in providers[0]. Did you mean "baseUrl"?',
  ],
  [
    'in a provider that is not the first',
    '  - id: acme-two\n',
    '  - id: acme-two\n    ¦deadCode: []\n',
    'UNKNOWN_FIELD',
    'unknown field "deadCode" in providers[1]. Did you mean "deadCodes"?',
  ],
  [
    'in the smoke test',
    '{ maxTokens: 16,',
    '{ ¦maxToken: 16,',
    'UNKNOWN_FIELD',
    'unknown field "maxToken" in providers[0].smokeTest. Did you mean "maxTokens"?',
  ],
  [
    'in the group template',
    '{ rateMultiplier: 1 }',
    '{ ¦rate: 2, rateMultiplier: 1 }',
    'UNKNOWN_FIELD',
    'unknown field "rate" in providers[0].groupTemplate.',
  ],
  [
    'in the channel template',
    '      modelMapping:\n',
    '      ¦modelMappings: {}\n      modelMapping:\n',
    'UNKNOWN_FIELD',
    'unknown field "modelMappings" in providers[0].channelTemplate. Did you mean "modelMapping"?',
  ],
  [
    'in the prices',
    'currency: USD',
    'currency: USD\n      ¦usdrate: 7',
    'UNKNOWN_FIELD',
    'unknown field "usdrate" in providers[0].prices. Did you mean "usdRate"?',
  ],
  [
    'in the price of a model',
    '{ input: 2, output: 10 }',
    '{ input: 2, output: 10, ¦cacheReads: 1 }',
    'UNKNOWN_FIELD',
    'unknown field "cacheReads" in providers[0].prices.perMillionTokens.big. Did you mean "cacheRead"?',
  ],
  [
    'in the account template',
    'concurrency: 10',
    '¦concurency: 10',
    'UNKNOWN_FIELD',
    'unknown field "concurency" in providers[0].accountTemplate. Did you mean "concurrency"?',
  ],
  [
    'among the kinds of hosts',
    '      sub2api:',
    '      ¦subapi:',
    'UNKNOWN_FIELD',
    'unknown field "subapi" in providers[0].hosts. Did you mean "sub2api"?',
  ],
  [
    'for one kind of host',
    '          credentials: { organisation: o1 }',
    '          ¦credential: { organisation: o1 }',
    'UNKNOWN_FIELD',
    'unknown field "credential" in providers[0].hosts.sub2api.account. Did you mean "credentials"?',
  ],
  [
    'in the pace',
    'keyCheck: none',
    'pace: { ¦perminute: 60 }\n    keyCheck: none',
    'UNKNOWN_FIELD',
    'unknown field "perminute" in providers[0].pace. Did you mean "perMinute"?',
  ],
  [
    'in the hints',
    "pattern: '^sk-'",
    "¦patern: '^sk-'",
    'UNKNOWN_FIELD',
    'unknown field "patern" in providers[0].keyHints. Did you mean "pattern"?',
  ],
  [
    'in another wallet',
    "{ pattern: '^tp-', provider: acme-two }",
    "{ pattern: '^tp-', provider: acme-two, ¦providers: x }",
    'UNKNOWN_FIELD',
    'unknown field "providers" in providers[0].keyHints.otherWallets[0]. Did you mean "provider"?',
  ],
  [
    'in the terms',
    'says: careful }',
    'says: careful, ¦say: x }',
    'UNKNOWN_FIELD',
    'unknown field "say" in providers[1].terms. Did you mean "says"?',
  ],
  ['that resembles nothing', 'keysFrom:', '¦colour:', 'UNKNOWN_FIELD', 'unknown field "colour".'],
];

const values: Row[] = [
  ['another schema', 'relay.pack/1', '¦relay.pack/2', 'INVALID_VALUE', 'schema must be "relay.pack/1"'],
  ['an id in capitals', 'id: acme\n', 'id: ¦Acme\n', 'INVALID_VALUE', 'id must be 1 to 64 of a-z'],
  [
    'an id that begins with a dash',
    'id: acme-one',
    'id: ¦-acme',
    'INVALID_VALUE',
    'providers[0].id must be 1 to 64 of a-z',
  ],
  [
    'an id of 65 characters',
    'id: acme-one',
    `id: ¦${'a'.repeat(65)}`,
    'INVALID_VALUE',
    'providers[0].id must be 1 to 64 of a-z',
  ],
  ['an id that is a number', 'id: acme\n', 'id: ¦12\n', 'INVALID_VALUE', 'id must be string, received number'],
  [
    'an empty name',
    'displayName: Acme One',
    "displayName: ¦''",
    'INVALID_VALUE',
    'providers[0].displayName must have >=1 characters',
  ],
  [
    'an address for keys that is none',
    'https://acme.example/keys',
    '¦acme.example/keys',
    'INVALID_VALUE',
    'keysFrom must be an http or https URL',
  ],
  [
    'no providers',
    yaml.slice(yaml.indexOf('  - id: acme-one')),
    '  ¦[]\n',
    'INVALID_VALUE',
    'providers must have >=1 items',
  ],
  [
    'providers that are a map',
    yaml.slice(yaml.indexOf('  - id: acme-one')),
    '  ¦a: b\n',
    'INVALID_VALUE',
    'providers must be array, received object',
  ],
  [
    'a provider that is a word',
    '  - id: acme-two\n',
    '  - ¦word\n  - id: acme-two\n',
    'INVALID_VALUE',
    'providers[1] must be object, received string',
  ],
  [
    'a platform that is unknown',
    'platform: openai',
    'platform: ¦openapi',
    'INVALID_VALUE',
    'providers[0].platform must be "openai" or "anthropic" or "gemini"',
  ],
  [
    'another type of account',
    'accountType: apikey\n    baseUrl: https://api.acme.example/v1',
    'accountType: ¦oauth\n    baseUrl: https://api.acme.example/v1',
    'INVALID_VALUE',
    'providers[0].accountType must be "apikey"',
  ],
  [
    'a flag that is a word',
    'default: true',
    'default: ¦yes',
    'INVALID_VALUE',
    'providers[0].default must be boolean, received string',
  ],
  [
    'a base URL without a scheme',
    'https://api.acme.example/v1',
    '¦api.acme.example/v1',
    'INVALID_VALUE',
    'providers[0].baseUrl must be an http or https URL',
  ],
  [
    'a base URL of another scheme',
    'https://api.acme.example/v1',
    '¦ftp://api.acme.example/v1',
    'INVALID_VALUE',
    'providers[0].baseUrl must be an http or https URL',
  ],
  ['no model', '[big, small]', '¦[]', 'INVALID_VALUE', 'providers[0].defaultModels must have >=1 items'],
  [
    'a model with a blank',
    '[big, small]',
    "[big, small, ¦'a b']",
    'INVALID_VALUE',
    'providers[0].defaultModels[2] must not contain white space',
  ],
  [
    'a model that is a number',
    '[big, small]',
    '[big, small, ¦4.5]',
    'INVALID_VALUE',
    'providers[0].defaultModels[2] must be string, received number',
  ],
  [
    'a smoke test without tokens',
    'maxTokens: 16',
    'maxTokens: ¦0',
    'INVALID_VALUE',
    'providers[0].smokeTest.maxTokens must be >=1',
  ],
  [
    'a smoke test of too many tokens',
    'maxTokens: 16',
    'maxTokens: ¦257',
    'INVALID_VALUE',
    'providers[0].smokeTest.maxTokens must be <=256',
  ],
  [
    'an unknown field for the tokens',
    'tokensField: max_tokens',
    'tokensField: ¦maxTokens',
    'INVALID_VALUE',
    'providers[0].smokeTest.tokensField must be "max_tokens" or "max_completion_tokens"',
  ],
  [
    'a rate of nothing',
    '{ rateMultiplier: 1 }',
    '{ rateMultiplier: ¦0 }',
    'INVALID_VALUE',
    'providers[0].groupTemplate.rateMultiplier must be >0',
  ],
  [
    'a mapping to a name with a blank',
    'latest: small',
    "latest: ¦'a b'",
    'INVALID_VALUE',
    'providers[0].channelTemplate.modelMapping.latest must not contain white space',
  ],
  [
    'a currency in words',
    'currency: USD',
    'currency: ¦dollars',
    'INVALID_VALUE',
    'providers[0].prices.currency must be three capitals, such as USD',
  ],
  [
    'a price below nothing',
    'input: 2',
    'input: ¦-2',
    'INVALID_VALUE',
    'providers[0].prices.perMillionTokens.big.input must be >=0',
  ],
  [
    'a price that is a word',
    'input: 2',
    "input: ¦'2'",
    'INVALID_VALUE',
    'providers[0].prices.perMillionTokens.big.input must be number, received string',
  ],
  [
    'no accounts at once',
    'concurrency: 10',
    'concurrency: ¦0',
    'INVALID_VALUE',
    'providers[0].accountTemplate.concurrency must be >=1',
  ],
  [
    'half an account at once',
    'concurrency: 10',
    'concurrency: ¦1.5',
    'INVALID_VALUE',
    'providers[0].accountTemplate.concurrency must be int, received number',
  ],
  [
    'credentials that are a list',
    '{ organisation: o1 }',
    '¦[o1]',
    'INVALID_VALUE',
    'providers[0].hosts.sub2api.account.credentials must be record, received array',
  ],
  [
    'a pace of nothing at once',
    'keyCheck: none',
    'pace: { atOnce: ¦0 }\n    keyCheck: none',
    'INVALID_VALUE',
    'providers[0].pace.atOnce must be >=1',
  ],
  [
    'a pace of more at once than anybody takes',
    'keyCheck: none',
    'pace: { atOnce: ¦1001 }\n    keyCheck: none',
    'INVALID_VALUE',
    'providers[0].pace.atOnce must be <=1000',
  ],
  [
    'a pace of nothing in a minute',
    'keyCheck: none',
    'pace: { perMinute: ¦0 }\n    keyCheck: none',
    'INVALID_VALUE',
    'providers[0].pace.perMinute must be >=1',
  ],
  [
    'an unknown check of keys',
    'keyCheck: none',
    'keyCheck: ¦sometimes',
    'INVALID_VALUE',
    'providers[0].keyCheck must be "models-list" or "none"',
  ],
  [
    'a dead code that is a number',
    "deadCodes: ['1113']",
    'deadCodes: [¦1113]',
    'INVALID_VALUE',
    'providers[0].deadCodes[0] must be string, received number',
  ],
  [
    'an empty dead code, which every answer would hold',
    "deadCodes: ['1113']",
    "deadCodes: [¦'']",
    'INVALID_VALUE',
    'providers[0].deadCodes[0] must have >=1 characters',
  ],
  [
    'a pattern that is no expression',
    "pattern: '^sk-'",
    "pattern: ¦'(sk-'",
    'INVALID_VALUE',
    '"(sk-" is no regular expression',
  ],
  [
    'terms without a valid address',
    'https://acme.example/terms',
    '¦terms',
    'INVALID_VALUE',
    'providers[1].terms.url must be an http or https URL',
  ],
  [
    'a range of versions that is none',
    "'>=0.1.129'",
    '¦newest',
    'INVALID_VALUE',
    'the version "newest" is no range of versions',
  ],
  ['a day that is none', 'asOf: 2026-08-21', 'asOf: ¦2026-13-01', 'INVALID_VALUE', 'providers[0].asOf'],
];

/** What is left out, and the place of what should hold it. */
const missing: [field: string, piece: string, from: string, to: string][] = [
  ['id', 'id: acme\n', 'schema:', '¦schema:'],
  ['displayName', 'displayName: Acme\n', 'schema:', '¦schema:'],
  ['providers[0].id', 'id: acme-one\n    ', '- displayName: Acme One', '- ¦displayName: Acme One'],
  ['providers[0].displayName', '    displayName: Acme One\n', 'id: acme-one', '¦id: acme-one'],
  ['providers[0].defaultModels', '    defaultModels: [big, small]\n', 'id: acme-one', '¦id: acme-one'],
  ['providers[0].smokeTestModel', '    smokeTestModel: small\n', 'id: acme-one', '¦id: acme-one'],
  ['providers[1].channelTemplate', '    channelTemplate: { modelMapping: {} }\n', 'id: acme-two\n', '¦id: acme-two\n'],
  ['providers[1].channelTemplate.modelMapping', 'modelMapping: {}', 'channelTemplate: {  }', 'channelTemplate: ¦{  }'],
  ['providers[0].prices.perMillionTokens.big.output', ', output: 10', '{ input: 2 }', '¦{ input: 2 }'],
  [
    'providers[0].keyHints.otherWallets[0].pattern',
    "pattern: '^tp-', ",
    '{ provider: acme-two }',
    '¦{ provider: acme-two }',
  ],
  ['providers[1].terms.says', ', says: careful', '{ id: t1', '¦{ id: t1'],
];

const facts: Row[] = [
  [
    'one provider id twice',
    '- id: acme-two',
    '- id: ¦acme-one',
    'DUPLICATE_ID',
    'the provider id "acme-one" is used twice',
  ],
  ['two defaults', '- id: acme-two', '- id: acme-two\n    default: ¦true', 'TWO_DEFAULTS', 'only one provider'],
  ['a model twice', '[big, small]', '[big, small, ¦big]', 'DUPLICATE_MODEL', 'the model "big" is listed twice'],
  [
    'a smoke-test model that is not offered',
    'smokeTestModel: small',
    'smokeTestModel: ¦tiny',
    'SMOKE_MODEL_NOT_OFFERED',
    '"tiny" is not among the default models',
  ],
  [
    'a mapping to a model that is not offered',
    'latest: small',
    'latest: ¦tiny',
    'MAPPING_TARGET_UNKNOWN',
    '"latest" maps to "tiny"',
  ],
  [
    'a mapping that goes on',
    'big: big',
    'small: big\n        big: big\n        older: ¦small',
    'MAPPING_CHAIN',
    '"older" maps to "small", which maps on to "big"; the host would apply both',
  ],
  [
    'patterns that overlap',
    'latest: small',
    "latest: ¦small\n        'lat*': big",
    'PATTERN_OVERLAP',
    '"latest" and "lat*" can match the same model',
  ],
  [
    'names that differ in case only',
    'latest: small',
    'latest: ¦small\n        LATEST: small',
    'PATTERN_OVERLAP',
    '"latest" and "LATEST" can match the same model',
  ],
  [
    'a base URL with a password',
    'https://api.acme.example/v1',
    '¦https://user:pw@api.acme.example/v1',
    'SECRET_IN_MANIFEST',
    'the base URL holds a user name or password',
  ],
  [
    'a base URL with a query',
    'https://api.acme.example/v1',
    '¦https://api.acme.example/v1?key=k',
    'BASE_URL_FORM',
    'the base URL must end with its path',
  ],
  [
    'a base URL with a backslash',
    'https://api.acme.example/v1',
    '¦https://api.acme.example\\@evil.example/v1',
    'BASE_URL_DISGUISED',
    'the base URL holds a backslash, which is read as a slash',
  ],
  [
    'a base URL with letters of another script',
    'https://api.acme.example/v1',
    '¦https://api.\u0430cme.example/v1',
    'BASE_URL_DISGUISED',
    'the base URL holds letters that may look like others; it is read as https://api.xn--cme-5cd.example',
  ],
  [
    'a base URL whose host is hidden by percent signs',
    'https://api.acme.example/v1',
    '¦https://api.acme.example%2eevil.example/v1',
    'BASE_URL_DISGUISED',
    'the base URL is read as https://api.acme.example.evil.example',
  ],
  [
    'a base URL with a fragment',
    'https://api.acme.example/v1',
    "¦'https://api.acme.example/v1#a'",
    'BASE_URL_FORM',
    'the base URL must end with its path',
  ],
  [
    'an anthropic base URL that ends in /v1',
    'https://api.acme.example/anthropic',
    '¦https://api.acme.example/anthropic/v1',
    'BASE_URL_FORM',
    'must not end in /v1',
  ],
  [
    'prices without a rate',
    'prices:\n      currency: USD',
    'prices:\n      ¦currency: CNY',
    'USD_RATE_MISSING',
    'prices in CNY need usdRate',
  ],
  [
    'a price for a model that is not offered',
    'big: { input: 2',
    'tiny: ¦{ input: 1, output: 1 }\n        big: { input: 2',
    'PRICED_MODEL_UNKNOWN',
    '"tiny" has a price',
  ],
  [
    'a key among the credentials',
    '{ organisation: o1 }',
    '{ ¦api_key: k }',
    'SECRET_IN_MANIFEST',
    '"api_key" is a secret',
  ],
  [
    'a wallet of a provider that is not there',
    'provider: acme-two',
    'provider: ¦acme-three',
    'PROVIDER_UNKNOWN',
    '"acme-three" is no other provider of this pack',
  ],
  [
    'a wallet of the provider itself',
    'provider: acme-two',
    'provider: ¦acme-one',
    'PROVIDER_UNKNOWN',
    '"acme-one" is no other provider of this pack',
  ],
  [
    'a default provider whose terms ask for consent',
    'default: true\n    platform: openai',
    'default: ¦true\n    terms: { id: t2, url: https://acme.example/t, says: careful }\n    platform: openai',
    'TERMS_DEFAULT',
    'cannot be the default',
  ],
  ...[
    ['a repeated group', '^(a+)+$'],
    ['a repeated choice', '^(?:a|aa)*$'],
    ['a counted group', '^(a?){30}a{30}$'],
    ['repeated groups in one another', '^((?:a|a){8}){8}$'],
    ['many open repetitions', '^a?a?a?a?a?a?aaaaaa$'],
    ['a reference back', String.raw`^(a)\1$`],
    ['an endless text', `^${'a'.repeat(300)}$`],
  ].map(([what, pattern]): Row => [
    `a pattern for keys with ${what}`,
    "pattern: '^sk-'",
    `pattern: ¦'${pattern}'`,
    'PATTERN_UNSAFE',
    'could take very long',
  ]),
  [
    'an openai base URL with the path of a request',
    'https://api.acme.example/v1',
    '¦https://api.acme.example/v1/chat/completions',
    'BASE_URL_FORM',
    'must end before it',
  ],
  [
    'an anthropic base URL with the path of a request',
    'https://api.acme.example/anthropic',
    '¦https://api.acme.example/anthropic/v1/messages',
    'BASE_URL_FORM',
    'must not end in /v1',
  ],
  [
    'a gemini base URL with a version',
    'platform: anthropic\n    accountType: apikey\n    baseUrl: https://api.acme.example/anthropic',
    'platform: gemini\n    accountType: apikey\n    baseUrl: ¦https://api.acme.example/v1beta',
    'BASE_URL_FORM',
    'must be the root',
  ],
  [
    'a password below the extra settings',
    '{ organisation: o1 }',
    '{}\n          extra: { proxy: { ¦password: p } }',
    'SECRET_IN_MANIFEST',
    '"password" is a secret',
  ],
  [
    'a key in a comment',
    'keysFrom:',
    '# mine: ¦sk-proj-0123456789abcdefghijklmn\nkeysFrom:',
    'SECRET_IN_MANIFEST',
    'this looks like a key',
  ],
];

const syntax: Row[] = [
  ['a key twice', 'displayName: Acme\n', 'displayName: Acme\n¦id: other\n', 'SYNTAX', 'stands here twice'],
  ['an open list', '[big, small]\n    smoke', '[big, small\n    ¦smoke', 'SYNTAX', 'Flow sequence'],
  ['a second document', 'schema: relay.pack/1', 'a: b\n¦---\nschema: relay.pack/1', 'SYNTAX', 'multiple documents'],
  ['a tag that is unknown', 'displayName: Acme\n', 'displayName: ¦!secret Acme\n', 'SYNTAX', 'Unresolved tag'],
  ['a bell', 'displayName: Acme\n', 'displayName: Ac¦\u0007me\n', 'CONTROL_CHARACTER', 'U+0007'],
  ['a null', 'displayName: Acme\n', 'displayName: Ac¦\u0000me\n', 'CONTROL_CHARACTER', 'U+0000'],
  [
    'an escape, written out',
    'displayName: Acme\n',
    String.raw`displayName: ¦"\u001b[31mAcme"` + '\n',
    'CONTROL_CHARACTER',
    'U+001B',
  ],
  ['a text that is turned around', 'displayName: Acme\n', 'displayName: ¦\u202Eemca\n', 'CONTROL_CHARACTER', 'U+202E'],
  ['a blank without width', 'displayName: Acme\n', 'displayName: A¦\u200Bcme\n', 'CONTROL_CHARACTER', 'U+200B'],
  ['an alias to nowhere', 'displayName: Acme\n', 'displayName: ¦*acme\n', 'SYNTAX', 'no anchor'],
  ['a tag of code', 'displayName: Acme\n', "displayName: ¦!!js/function 'x'\n", 'SYNTAX', 'Unresolved tag'],
  ['a tab that indents', '    default: true', '¦\tdefault: true', 'SYNTAX', 'Tabs are not allowed'],
];

const inJson: Row[] = [
  [
    'an unknown field',
    '"displayName": "Acme",',
    '¦"displayname": "Acme",\n  "displayName": "Acme",',
    'UNKNOWN_FIELD',
    'unknown field "displayname". Did you mean "displayName"?',
  ],
  [
    'an unknown field below',
    '{ "rateMultiplier": 1 }',
    '{ "rateMultiplier": 1, ¦"rateMultipliers": 2 }',
    'UNKNOWN_FIELD',
    'unknown field "rateMultipliers" in providers[0].groupTemplate. Did you mean "rateMultiplier"?',
  ],
  ['a wrong word', '"openai"', '¦"openapi"', 'INVALID_VALUE', 'providers[0].platform must be'],
  [
    'a wrong type',
    '"price": 9',
    '"price": ¦"9"',
    'INVALID_VALUE',
    'providers[0].planTemplate.price must be number, received string',
  ],
  [
    'half a day',
    '"validityDays": 30',
    '"validityDays": ¦0.5',
    'INVALID_VALUE',
    'providers[0].planTemplate.validityDays must be int, received number',
  ],
  [
    'another unit',
    '"day"',
    '¦"days"',
    'INVALID_VALUE',
    'providers[0].planTemplate.validityUnit must be "day" or "week" or "month"',
  ],
  ['a free plan', '"price": 9', '"price": ¦0', 'INVALID_VALUE', 'providers[0].planTemplate.price must be >0'],
  [
    'null',
    '{ "rateMultiplier": 1 }',
    '¦null',
    'INVALID_VALUE',
    'providers[0].groupTemplate must be object, received null',
  ],
  [
    'a missing field',
    '{ "rateMultiplier": 1 }',
    '¦{}',
    'MISSING_FIELD',
    'the field "providers[0].groupTemplate.rateMultiplier" is missing',
  ],
  [
    'a fact that does not fit',
    '"smokeTestModel": "big"',
    '"smokeTestModel": ¦"tiny"',
    'SMOKE_MODEL_NOT_OFFERED',
    '"tiny"',
  ],
  ['a key twice', '"displayName": "Acme",', '"displayName": "Acme",\n  ¦"id": "other",', 'SYNTAX', 'stands here twice'],
];

describe('a manifest with one fault is refused at its place (B5)', () => {
  it('and the ones that the tables begin with are right', async () => {
    expect(await inspect(yaml)).toMatchObject({ findings: [], pack: { id: 'acme' } });
    expect(await inspect(json, 'json')).toMatchObject({ findings: [], pack: { id: 'acme' } });
  });

  it.each([...unknownFields, ...values, ...facts])('%s', async (_, from, to, code, message) => {
    const { text, line, column } = broken(yaml, from, to);
    const { file, pack, findings } = await inspect(text);
    expect(pack).toBeUndefined();
    expect(findings).toContainEqual({
      file,
      line,
      column,
      code,
      severity: 'error',
      message: expect.stringContaining(message),
    });
  });

  it.each([...unknownFields, ...values])('%s, and nothing else is said', async (_, from, to) => {
    expect((await inspect(broken(yaml, from, to).text)).findings).toHaveLength(1);
  });

  it.each(missing)('without %s', async (field, piece, from, to) => {
    const { text, line, column } = broken(yaml.replace(piece, ''), from, to);
    const { file, findings } = await inspect(text);
    const message = `the field "${field}" is missing`;
    expect(findings).toEqual([{ file, line, column, code: 'MISSING_FIELD', severity: 'error', message }]);
  });

  it.each(syntax)('%s', async (_, from, to, code, message) => {
    const { text, line, column } = broken(yaml, from, to);
    const { file, pack, findings } = await inspect(text);
    expect(pack).toBeUndefined();
    expect(findings[0]).toMatchObject({
      file,
      line,
      column,
      code,
      severity: 'error',
      message: expect.stringContaining(message),
    });
  });

  it.each(inJson)('in JSON: %s', async (_, from, to, code, message) => {
    const { text, line, column } = broken(json, from, to);
    const { file, pack, findings } = await inspect(text, 'json');
    expect(pack).toBeUndefined();
    expect(findings).toEqual([
      { file, line, column, code, severity: 'error', message: expect.stringContaining(message) },
    ]);
  });

  // A field with a fixed set of values, or with a message of its own, is not recognised as missing.
  it.each([
    ['schema', 'schema: relay.pack/1\n'],
    ['providers[0].platform', '    platform: openai\n'],
    ['providers[0].accountType', '    accountType: apikey\n'],
    ['providers[0].baseUrl', '    baseUrl: https://api.acme.example/v1\n'],
    ['providers[0].planTemplate.validityUnit', ', validityUnit: day'],
  ])('without %s', async (field, piece) => {
    const { findings } = await inspect(yaml.replace(piece, ''));
    expect(findings).toEqual([
      expect.objectContaining({ code: 'MISSING_FIELD', message: `the field "${field}" is missing` }),
    ]);
  });

  it.each(['', '# nothing\n', 'word', '- a\n- b\n', '42'])('a text that is no map: %j', async (text) => {
    const { pack, findings } = await inspect(text);
    expect(pack).toBeUndefined();
    expect(findings).toEqual([
      expect.objectContaining({ line: 1, code: 'INVALID_VALUE', message: expect.stringContaining('must be object') }),
    ]);
  });

  it('a text that is no map, in words that begin with a word', async () => {
    const { findings } = await inspect('word');
    expect(findings[0]!.message).toMatch(/^\S/);
  });

  it('a name of a model with a blank, and why', async () => {
    const { findings } = await inspect(yaml.replace('latest: small', "'lat est': small"));
    expect(findings[0]!.message).toContain('must not contain white space');
  });

  it('a mapping from a name that objects treat specially', async () => {
    const { findings } = await inspect(yaml.replace('latest: small', '__proto__: tiny'));
    expect(findings).toEqual([expect.objectContaining({ code: 'SYNTAX', message: '"__proto__" cannot be a name' })]);
  });
});

describe('a pack of data', () => {
  it.each([
    ['of the environment', '${HOME}'],
    ['of a template', '{{ HOME }}'],
    ['of a shell', '$(id)'],
  ])('is taken as it stands, also what looks like a value %s', async (_, text) => {
    const { pack } = await inspect(yaml.replace('displayName: Acme One', `displayName: '${text}'`));
    expect(pack?.providers[0]?.displayName).toBe(text);
  });

  it('merges nothing: << is a name like any other', async () => {
    const { findings } = await inspect(yaml.replace('latest: small', "latest: small\n        '<<': { a: big }"));
    expect(findings).toEqual([expect.objectContaining({ code: 'INVALID_VALUE' })]);
  });
});

describe('a manifest with several faults', () => {
  it('is told all faults of its shape at once', async () => {
    const { findings } = await inspect(
      yaml
        .replace('keysFrom:', 'keyFrom:')
        .replace('platform: openai', 'platform: openapi')
        .replace('input: 2', 'input: -2')
        .replace('    smokeTestModel: big\n', '')
        .replace('concurrency: 10', 'concurrency: many'),
    );
    expect(findings.map((finding) => [finding.code, finding.line]).toSorted()).toEqual(
      [
        ['UNKNOWN_FIELD', 4],
        ['INVALID_VALUE', 9],
        ['INVALID_VALUE', 23],
        ['INVALID_VALUE', 26],
        ['MISSING_FIELD', 39],
      ].toSorted(),
    );
  });

  it('is told the facts that do not fit beside faults of its shape, where they can be known', async () => {
    const { findings } = await inspect(
      yaml
        .replace(
          'price: 9, validityDays: 30, validityUnit: day }\n    accountTemplate',
          'prize: 9 }\n    accountTemplate',
        )
        .replace('smokeTestModel: small', 'smokeTestModel: tiny')
        .replace('provider: acme-two', 'provider: acme-three')
        .replace('https://api.acme.example/anthropic', 'https://api.acme.example/v1/')
        .replace('id: acme-two', 'id: Acme-Two'),
    );
    expect(findings.map(({ code }) => code).toSorted()).toEqual([
      'BASE_URL_FORM',
      'INVALID_VALUE',
      'MISSING_FIELD',
      'MISSING_FIELD',
      'MISSING_FIELD',
      'PROVIDER_UNKNOWN',
      'SMOKE_MODEL_NOT_OFFERED',
      'UNKNOWN_FIELD',
    ]);
  });

  it('is not told of facts that follow from a fault of its shape', async () => {
    const { findings } = await inspect(yaml.replace('[big, small]', '[big, 4]'));
    expect(findings).toEqual([expect.objectContaining({ code: 'INVALID_VALUE' })]);
  });

  it('is told all its facts that do not fit at once', async () => {
    const { findings } = await inspect(
      yaml
        .replace('smokeTestModel: small', 'smokeTestModel: tiny')
        .replace('latest: small', 'latest: tiny')
        .replace("'>=0.1.129'", 'newest')
        .replace('https://api.acme.example/anthropic', 'https://api.acme.example/v1/'),
    );
    expect(findings.map((finding) => finding.code).toSorted()).toEqual([
      'BASE_URL_FORM',
      'INVALID_VALUE',
      'MAPPING_TARGET_UNKNOWN',
      'SMOKE_MODEL_NOT_OFFERED',
    ]);
  });
});

describe('a manifest that is no attack on its reader', () => {
  it.each([
    ['nests deeply', '['.repeat(5000)],
    ['nests deeply and closes', `a: ${'['.repeat(5000)}${']'.repeat(5000)}`],
    [
      'multiplies its aliases',
      'a: &a [1,2,3,4,5]\nb: &b [*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c]\n',
    ],
  ])('may not be one that %s', async (_, text) => {
    const { pack, findings } = await inspect(text);
    expect(pack).toBeUndefined();
    expect(findings[0]).toMatchObject({ code: 'SYNTAX', severity: 'error' });
  });

  it.each([
    ['lists', '[', ']'],
    ['maps', '{ a: ', '}'],
  ])('nests %s up to 32 deep, and is told where it nests deeper', async (_, open, close) => {
    // Three of them are the manifest, its providers, and the first of these.
    const nested = (depth: number) =>
      yaml.replace(
        'accountTemplate:',
        `x-notes: ${open.repeat(depth - 3)}1${close.repeat(depth - 3)}\n    accountTemplate:`,
      );
    expect((await inspect(nested(32))).findings).toEqual([]);
    const { pack, findings } = await inspect(nested(33));
    expect(pack).toBeUndefined();
    expect(findings).toEqual([
      expect.objectContaining({ code: 'SYNTAX', message: 'the text nests deeper than 32', line: expect.any(Number) }),
    ]);
    const [bomb] = (await inspect(nested(5000))).findings;
    expect(bomb).toMatchObject({ code: 'SYNTAX', message: 'the text nests deeper than 32' });
  });

  it('may not be one that holds itself', async () => {
    const { pack, findings } = await inspect(yaml.replace('[big, small]', '&models [*models]'));
    expect(pack).toBeUndefined();
    expect(findings[0]).toMatchObject({ severity: 'error' });
  });

  it('is told of an alias without an anchor where it stands', async () => {
    const { text, line, column } = broken(yaml, '[big, small]', '¦*models');
    const { findings } = await inspect(text);
    expect(findings).toEqual([
      expect.objectContaining({ line, column, code: 'SYNTAX', message: expect.stringContaining('models') }),
    ]);
  });
});
