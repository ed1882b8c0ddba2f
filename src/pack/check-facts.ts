import { validRange } from 'semver';
import { isLoopback } from '../terms/loopback.ts';
import type { Finding } from './finding.ts';
import type { PackManifest, Provider } from './manifest.ts';
import { effectiveMapping, overlappingPairs } from './model-mapping.ts';
import type { Path, SourceText } from './source-text.ts';

/** What the schema cannot say: facts that must fit each other, and to what hosts do with them. */
export function checkFacts(source: SourceText, pack: PackManifest): Finding[] {
  return [
    ...checkDefaults(source, pack),
    ...pack.providers.flatMap((provider, index) => checkProvider(source, pack, provider, ['providers', index])),
  ];
}

function checkDefaults(source: SourceText, pack: PackManifest): Finding[] {
  const findings: Finding[] = [];
  const seen = new Set<string>();
  for (const [index, provider] of pack.providers.entries()) {
    if (seen.has(provider.id))
      findings.push(
        source.finding(['providers', index, 'id'], 'DUPLICATE_ID', `the provider id "${provider.id}" is used twice`),
      );
    seen.add(provider.id);
  }
  const defaults = pack.providers.flatMap((provider, index) => (provider.default ? [index] : []));
  for (const index of defaults.slice(1))
    findings.push(
      source.finding(['providers', index, 'default'], 'TWO_DEFAULTS', 'only one provider of a pack can be the default'),
    );
  return findings;
}

function checkProvider(source: SourceText, pack: PackManifest, provider: Provider, at: Path): Finding[] {
  return [
    ...checkModels(source, provider, at),
    ...checkBaseUrl(source, provider, at),
    ...checkPrices(source, provider, at),
    ...checkPatterns(source, pack, provider, at),
    ...checkSecrets(source, provider.accountTemplate.credentials, [...at, 'accountTemplate', 'credentials']),
    ...(provider.hostVersion !== undefined && validRange(provider.hostVersion) === null
      ? [
          source.finding(
            [...at, 'hostVersion'],
            'INVALID_VALUE',
            `hostVersion "${provider.hostVersion}" is no range of versions, such as ">=0.1.129"`,
          ),
        ]
      : []),
  ];
}

function checkModels(source: SourceText, provider: Provider, at: Path): Finding[] {
  const findings: Finding[] = [];
  const mapping = provider.channelTemplate.modelMapping;
  const mappingAt = [...at, 'channelTemplate', 'modelMapping'];
  const offered = new Set(provider.defaultModels);
  for (const [index, model] of provider.defaultModels.entries()) {
    if (provider.defaultModels.indexOf(model) < index)
      findings.push(
        source.finding([...at, 'defaultModels', index], 'DUPLICATE_MODEL', `the model "${model}" is listed twice`),
      );
  }
  if (!Object.hasOwn(effectiveMapping(provider), provider.smokeTestModel)) {
    findings.push(
      source.finding(
        [...at, 'smokeTestModel'],
        'SMOKE_MODEL_NOT_OFFERED',
        `the smoke-test model "${provider.smokeTestModel}" is not among the default models`,
      ),
    );
  }
  for (const [alias, target] of Object.entries(mapping)) {
    if (!offered.has(target))
      findings.push(
        source.finding(
          [...mappingAt, alias],
          'MAPPING_TARGET_UNKNOWN',
          `"${alias}" maps to "${target}", which is not among the default models`,
        ),
      );
    const next = Object.hasOwn(mapping, target) ? mapping[target] : undefined;
    if (target !== alias && next !== undefined && next !== target) {
      findings.push(
        source.finding(
          [...mappingAt, alias],
          'MAPPING_CHAIN',
          `"${alias}" maps to "${target}", which maps on to "${next}"; the host would apply both`,
        ),
      );
    }
  }
  for (const [one, other] of overlappingPairs(Object.keys(effectiveMapping(provider)))) {
    findings.push(
      source.finding(
        [...mappingAt, one],
        'PATTERN_OVERLAP',
        `"${one}" and "${other}" can match the same model; the host refuses that`,
      ),
    );
  }
  return findings;
}

function checkBaseUrl(source: SourceText, provider: Provider, at: Path): Finding[] {
  const url = new URL(provider.baseUrl);
  const place = [...at, 'baseUrl'];
  const findings: Finding[] = [];
  if (url.username !== '' || url.password !== '')
    findings.push(source.finding(place, 'SECRET_IN_MANIFEST', 'the base URL holds a user name or password'));
  if (url.search !== '' || url.hash !== '')
    findings.push(source.finding(place, 'BASE_URL_FORM', 'the base URL must end with its path'));
  if (url.protocol === 'http:' && !isLoopback(url.hostname))
    findings.push(source.finding(place, 'PLAIN_HTTP', 'keys would travel unprotected over http', 'warning'));
  if (provider.platform === 'anthropic' && /\/v1\/?$/.test(url.pathname)) {
    findings.push(
      source.finding(
        place,
        'BASE_URL_FORM',
        'the host adds /v1/messages to an anthropic base URL, so it must not end in /v1',
      ),
    );
  }
  return findings;
}

function checkPrices(source: SourceText, provider: Provider, at: Path): Finding[] {
  const { prices } = provider;
  if (prices === undefined) return [];
  const place = [...at, 'prices'];
  const findings: Finding[] = [];
  if (prices.currency !== 'USD' && prices.usdRate === undefined)
    findings.push(
      source.finding(
        place,
        'USD_RATE_MISSING',
        `prices in ${prices.currency} need usdRate, the ${prices.currency} that one US dollar buys`,
      ),
    );
  for (const model of Object.keys(prices.perMillionTokens)) {
    if (!provider.defaultModels.includes(model))
      findings.push(
        source.finding(
          [...place, 'perMillionTokens', model],
          'PRICED_MODEL_UNKNOWN',
          `"${model}" has a price but is not among the default models`,
        ),
      );
  }
  return findings;
}

function checkPatterns(source: SourceText, pack: PackManifest, provider: Provider, at: Path): Finding[] {
  const hints = provider.keyHints;
  if (hints === undefined) return [];
  const place = [...at, 'keyHints'];
  const patterns: [Path, string][] = [
    ...(hints.pattern === undefined ? [] : [[[...place, 'pattern'], hints.pattern] as [Path, string]]),
    ...hints.otherWallets.map((wallet, index): [Path, string] => [
      [...place, 'otherWallets', index, 'pattern'],
      wallet.pattern,
    ]),
  ];
  const ids = new Set(pack.providers.map((each) => each.id));
  return [
    ...patterns
      .filter(([, pattern]) => !isRegExp(pattern))
      .map(([path, pattern]) => source.finding(path, 'INVALID_VALUE', `"${pattern}" is no regular expression`)),
    ...hints.otherWallets.flatMap((wallet, index) =>
      ids.has(wallet.provider)
        ? []
        : [
            source.finding(
              [...place, 'otherWallets', index, 'provider'],
              'PROVIDER_UNKNOWN',
              `"${wallet.provider}" is no provider of this pack`,
            ),
          ],
    ),
  ];
}

function isRegExp(pattern: string): boolean {
  try {
    return new RegExp(pattern, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}

const secretNames =
  /^(?:api_?key|access_token|refresh_token|id_token|session_key|cookie|password|private_key|secret)$/i;

function checkSecrets(source: SourceText, credentials: Record<string, unknown>, at: Path): Finding[] {
  return Object.keys(credentials)
    .filter((name) => secretNames.test(name))
    .map((name) =>
      source.keyFinding(
        at,
        name,
        'SECRET_IN_MANIFEST',
        `"${name}" is a secret; a pack is shared, keys come from the key file`,
      ),
    );
}
