import validRange from 'semver/ranges/valid.js';
import { checkBaseUrl } from './check-base-url.ts';
import { checkKeyHints } from './check-key-hints.ts';
import { checkPrices } from './check-prices.ts';
import { checkSecrets } from './check-secrets.ts';
import type { SoundProvider } from './check-shape.ts';
import type { Finding } from '../../text/finding.ts';
import type { PackManifest, PackProvider } from '../manifest.ts';
import { effectiveMapping, overlappingPairs } from '../model-mapping.ts';
import type { Path } from '../../text/source-text.ts';
import type { ManifestText } from '../manifest-text.ts';
import { hostVersions } from '../provider-hosts.ts';

/** What the schema cannot say: facts that must fit each other, and to what hosts do with them. */
export function checkFacts(source: ManifestText, pack: PackManifest): Finding[] {
  return [
    ...checkDefaults(source, pack),
    ...pack.providers.flatMap((provider, index) => checkProvider(source, pack.providers, provider, index)),
  ];
}

/** The same for the fields that are right in a manifest that is not, so that all faults are told at once. */
export function checkSoundFacts(source: ManifestText, sound: readonly SoundProvider[]): Finding[] {
  const all = sound.map(({ provider }) => provider);
  return sound.flatMap(({ provider, index }) => checkProvider(source, all, provider, index));
}

function checkDefaults(source: ManifestText, pack: PackManifest): Finding[] {
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
  for (const index of defaults) {
    if (pack.providers[index]?.terms !== undefined)
      findings.push(
        source.finding(
          ['providers', index, 'default'],
          'TERMS_DEFAULT',
          'a provider whose terms must be agreed to cannot be the default',
        ),
      );
  }
  return findings;
}

type Check = (
  source: ManifestText,
  provider: PackProvider,
  at: Path,
  all: readonly Partial<PackProvider>[],
) => Finding[];

/** Each check with the fields that it reads. */
const checks: { reads: (keyof PackProvider)[]; check: Check }[] = [
  { reads: ['defaultModels'], check: checkLive },
  { reads: ['defaultModels', 'channelTemplate'], check: checkModels },
  { reads: ['baseUrl', 'platform'], check: checkBaseUrl },
  { reads: ['defaultModels', 'prices'], check: checkPrices },
  { reads: ['id', 'keyHints'], check: checkKeyHints },
  { reads: ['hosts'], check: checkSecrets },
  { reads: ['hosts'], check: checkHostVersions },
];

function checkProvider(
  source: ManifestText,
  all: readonly Partial<PackProvider>[],
  provider: Partial<PackProvider>,
  index: number,
): Finding[] {
  return checks
    .filter(({ reads }) => reads.every((name) => provider[name] !== undefined))
    .flatMap(({ check }) => check(source, provider as PackProvider, ['providers', index], all));
}

function checkHostVersions(source: ManifestText, provider: PackProvider, at: Path): Finding[] {
  return Object.keys(provider.hosts).flatMap((kind) => {
    const version = hostVersions(provider, kind);
    if (version === undefined || validRange(version) !== null) return [];
    const message = `the version "${version}" is no range of versions, such as ">=0.1.129"`;
    return [source.finding([...at, 'hosts', kind, 'version'], 'INVALID_VALUE', message)];
  });
}

/** What a list of models needs beside it, and what only a live one can have. */
function checkLive(
  source: ManifestText,
  { defaultModels, liveModels, smokeTestModel }: PackProvider,
  at: Path,
): Finding[] {
  if (defaultModels === 'live') return [];
  const place = `providers[${String(at.at(-1))}]`;
  const stray = `${place}.liveModels is for a provider whose defaultModels are "live"`;
  return [
    ...(smokeTestModel === undefined
      ? [source.finding(at, 'MISSING_FIELD', `the field "${place}.smokeTestModel" is missing`)]
      : []),
    ...(liveModels === undefined ? [] : [source.finding([...at, 'liveModels'], 'INVALID_VALUE', stray)]),
  ];
}

function checkModels(source: ManifestText, provider: PackProvider, at: Path): Finding[] {
  const { defaultModels, smokeTestModel } = provider;
  // Which names lead where is known with the list alone.
  if (defaultModels === 'live') return [];
  const findings: Finding[] = [];
  const mapping = provider.channelTemplate.modelMapping;
  const mappingAt = [...at, 'channelTemplate', 'modelMapping'];
  const offered = new Set(defaultModels);
  const effective = effectiveMapping({ ...provider, defaultModels });
  for (const [index, model] of defaultModels.entries()) {
    if (defaultModels.indexOf(model) < index)
      findings.push(
        source.finding([...at, 'defaultModels', index], 'DUPLICATE_MODEL', `the model "${model}" is listed twice`),
      );
  }
  if (smokeTestModel !== undefined && !Object.hasOwn(effective, smokeTestModel)) {
    findings.push(
      source.finding(
        [...at, 'smokeTestModel'],
        'SMOKE_MODEL_NOT_OFFERED',
        `the smoke-test model "${smokeTestModel}" is not among the default models`,
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
  for (const [one, other] of overlappingPairs(Object.keys(effective))) {
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
