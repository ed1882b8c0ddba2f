import type { Config, KeyListName } from '../config/config.ts';
import { keyListNames } from '../config/config.ts';
import type { KeyEntry, Model, Provider } from '../config/entries.ts';
import { catalogs } from './catalogs.ts';
import { authIndex, idMaker, type CredentialSettings } from './credential.ts';

const ownProviders: Record<KeyListName, { provider: string; ownedBy: string }> = {
  'claude-api-key': { provider: 'claude', ownedBy: 'anthropic' },
  'codex-api-key': { provider: 'codex', ownedBy: 'openai' },
  'gemini-api-key': { provider: 'gemini', ownedBy: 'google' },
};

type Served = CredentialSettings['models'];

type Named = Pick<Model, 'name' | 'alias'> & Partial<Model>;

function servedModels(given: readonly Named[], prefix: string | undefined, excluded: readonly string[] = []): Served {
  const served: Served = new Map();
  const patterns = excluded.map((each) => new RegExp(`^${each.replaceAll(/[^\w*]/g, '\\$&').replaceAll('*', '.*')}$`));
  for (const model of given) {
    const id = model.alias || model.name;
    if (id === '' || patterns.some((pattern) => pattern.test(id.toLowerCase()))) continue;
    const target = { upstream: model.name || model.alias, isRenamed: model['force-mapping'] === true };
    for (const name of prefix === undefined ? [id] : [id, `${prefix}/${id}`])
      if (!served.has(name)) served.set(name, target);
  }
  return served;
}

function namesOf(provider: Provider): { kind: string; usageName: string } {
  const usageName = provider.name.toLowerCase() || 'openai-compatibility';
  return { kind: `openai-compatibility:${usageName}`, usageName };
}

type MakeId = ReturnType<typeof idMaker>;

/** The ids of a provider's keys; without keys, the one of the provider. */
function providerIds(makeId: MakeId, provider: Provider): string[] {
  const { kind } = namesOf(provider);
  const base = provider['base-url'];
  return (
    provider['api-key-entries']?.map((key) => makeId(kind, key['api-key'], base, key['proxy-url'] ?? '')) ?? [
      makeId(kind, base),
    ]
  );
}

function keyId(makeId: MakeId, list: KeyListName, entry: KeyEntry): string {
  const headers = Object.entries(entry.headers ?? {}).map(([name, value]) => `${name}\0${value}\0`);
  const { provider } = ownProviders[list];
  const parts = [entry['api-key'], entry['base-url'], entry['proxy-url'] ?? '', entry.prefix ?? '', headers.join('')];
  return makeId(`${provider}:apikey`, ...parts);
}

/** The ids of the credentials of each entry, as lists tell them apart. */
export function idsOf(config: Config, list: CredentialSettings['list']): string[][] {
  const makeId = idMaker();
  if (list === 'openai-compatibility') return config[list].map((each) => providerIds(makeId, each));
  return config[list].map((each) =>
    each['api-key'] === '' && each['base-url'] === '' ? [] : [keyId(makeId, list, each)],
  );
}

function ofProviders(config: Config): CredentialSettings[] {
  const list = 'openai-compatibility';
  const makeId = idMaker();
  return config[list]
    .filter((each) => !each.disabled)
    .flatMap((each) => {
      const { usageName } = namesOf(each);
      const base = each['base-url'];
      const keys = each['api-key-entries']?.map((key) => key['api-key']) ?? [''];
      const models = servedModels(each.models ?? [], each.prefix);
      return providerIds(makeId, each).map((id, at) => ({
        id,
        list,
        index: authIndex(list, base, keys[at] ?? '', id),
        provider: `openai-compatible-${usageName}`,
        usageName,
        ownedBy: each.name,
        key: keys[at] ?? '',
        base,
        headers: each.headers ?? {},
        priority: each.priority ?? 0,
        isNeverCooled: each['disable-cooling'] === true,
        models,
      }));
    });
}

function ofKeys(config: Config, list: KeyListName): CredentialSettings[] {
  const ids = idsOf(config, list);
  return config[list].flatMap((each, at) => {
    const [id] = ids[at] ?? [];
    if (id === undefined) return [];
    const { provider, ownedBy } = ownProviders[list];
    const [key, base] = [each['api-key'], each['base-url']];
    const given = each.models?.length ? each.models : (catalogs[list] ?? []).map((name) => ({ name, alias: '' }));
    return {
      id,
      list,
      index: authIndex(list, base, key, id),
      provider,
      usageName: provider,
      ownedBy,
      key,
      base,
      headers: each.headers ?? {},
      priority: each.priority ?? 0,
      isNeverCooled: each['disable-cooling'] === true,
      models: servedModels(given, each.prefix, each['excluded-models']),
    };
  });
}

/** The credentials that a configuration makes; a provider that is disabled makes none. */
export function synthesize(config: Config): CredentialSettings[] {
  return [...ofProviders(config), ...keyListNames.flatMap((list) => ofKeys(config, list))];
}
