import type { KeyEntry, Provider } from './entries.ts';

/** A prefix without outer slashes; one with an inner slash is none. */
function prefixOf(given: string | undefined): string | undefined {
  const bare = (given ?? '').trim().replaceAll(/^\/+|\/+$/g, '');
  return bare === '' || bare.includes('/') ? undefined : bare;
}

/** Trimmed names and values in the order of their names; what is empty goes, and nothing left is none. */
export function headersOf(given: Record<string, string> | undefined): Record<string, string> | undefined {
  const kept = Object.entries(given ?? {})
    .map(([name, value]) => [name.trim(), value.trim()] as const)
    .filter(([name, value]) => name !== '' && value !== '')
    .toSorted(([one], [other]) => (one < other ? -1 : 1));
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

function excludedOf(given: string[] | undefined): string[] | undefined {
  const kept = [...new Set((given ?? []).map((each) => each.trim().toLowerCase()))].filter((each) => each !== '');
  return kept.length === 0 ? undefined : kept;
}

/** Providers as the host keeps them: trimmed, and without those that have no base URL. */
export function normalProviders(given: readonly Provider[]): Provider[] {
  return given
    .map((each) => ({
      ...each,
      name: each.name.trim(),
      prefix: prefixOf(each.prefix),
      'base-url': each['base-url'].trim(),
      'api-key-entries': each['api-key-entries']?.map((key) => ({ ...key, 'api-key': key['api-key'].trim() })),
      headers: headersOf(each.headers),
    }))
    .filter((each) => each['base-url'] !== '');
}

function normalEntry<Entry extends KeyEntry>(entry: Entry): Entry {
  return {
    ...entry,
    'api-key': entry['api-key'].trim(),
    prefix: prefixOf(entry.prefix),
    'base-url': entry['base-url'].trim(),
    headers: headersOf(entry.headers),
    'excluded-models': excludedOf(entry['excluded-models']),
  };
}

/** Trimmed models; those that say nothing go. */
function withModels<Entry extends KeyEntry>(entry: Entry): Entry {
  const models = entry.models
    ?.map((model) => ({ ...model, name: model.name.trim(), alias: model.alias.trim() }))
    .filter((model) => model.name !== '' || model.alias !== '');
  return { ...entry, models: models ?? entry.models };
}

/** Entries of `claude-api-key`: all stay, also what is there twice, and the empty ones. */
export function normalClaude(given: readonly KeyEntry[]): KeyEntry[] {
  return given.map((entry) => withModels(normalEntry(entry)));
}

/** Entries of `codex-api-key`: those without a base URL go. */
export function normalCodex(given: readonly KeyEntry[]): KeyEntry[] {
  return normalClaude(given).filter((entry) => entry['base-url'] !== '');
}

/** Entries of `gemini-api-key`: those that say nothing go, and so do exact repetitions. */
export function normalGemini(given: readonly KeyEntry[]): KeyEntry[] {
  const seen = new Set<string>();
  return given.map(normalEntry).filter((entry) => {
    if (entry['api-key'] === '' && entry['base-url'] === '') return false;
    const same = JSON.stringify([
      entry['api-key'],
      entry['base-url'],
      entry['proxy-url'] ?? '',
      entry.prefix ?? '',
      entry.headers ?? {},
    ]);
    if (seen.has(same)) return false;
    seen.add(same);
    return true;
  });
}
