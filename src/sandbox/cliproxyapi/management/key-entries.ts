import { z } from 'zod';
import { keyLists, type KeyListName } from '../config/config.ts';
import type { KeyEntry } from '../config/entries.ts';
import { struct } from '../config/go-json.ts';
import { save } from '../config/reload.ts';
import { json } from '../../reply.ts';
import type { Host, HostApp, HostContext } from '../host.ts';
import { idsOf } from '../runtime/synthesize.ts';
import { changed, valueOf } from './changes.ts';
import { liveIndex } from './live-index.ts';
import { checkWeight, leadingNumber, placeIn, readList, readStruct, refused } from './request-body.ts';

const change = struct({
  index: z.int().nullish(),
  match: z.string().nullish(),
  value: z.record(z.string(), z.unknown()).nullish(),
});

const everywhere = ['api-key', 'weight', 'prefix', 'base-url', 'proxy-url', 'headers', 'excluded-models'];
const onFailure = ['disable-cooling', 'request-retry', 'request-scoped-errors'];

/** What a change may set: the priority nowhere, and the models not where the host has forgotten them. */
const fields: Record<KeyListName, string[]> = {
  'claude-api-key': [...everywhere, ...onFailure, 'models', 'fingerprint-profile', 'rebuild-mid-system-message'],
  'codex-api-key': [...everywhere, ...onFailure, 'models', 'alpha-search'],
  'gemini-api-key': [...everywhere, ...onFailure],
};

/** Where the entries with that key are; with a base URL, those that have it, too. */
function placesOf(entries: readonly KeyEntry[], key: string, base: string | undefined): number[] {
  return [...entries.entries()]
    .filter(([, each]) => each['api-key'] === key && (base === undefined || each['base-url'] === base.trim()))
    .map(([at]) => at);
}

function toChange(c: HostContext, name: KeyListName, entries: readonly KeyEntry[], match: string): number {
  const { isStrict } = keyLists[name];
  if (isStrict && match === '') return -1;
  const places = placesOf(entries, match, isStrict ? c.req.query('base-url') : undefined);
  if (isStrict && places.length > 1) throw refused(400, 'multiple items match; index is required');
  return places[0] ?? -1;
}

function isRemoved(name: KeyListName, entry: KeyEntry): boolean {
  const { removedWithout } = keyLists[name];
  if (removedWithout === null || entry['base-url'].trim() !== '') return false;
  return removedWithout === 'base-url' || entry['api-key'].trim() === '';
}

/** The entries without those that a request names. Throws what the host says of what names none. */
function without(c: HostContext, name: KeyListName, entries: readonly KeyEntry[]): KeyEntry[] {
  const { isStrict } = keyLists[name];
  const key = (c.req.query('api-key') ?? '').trim();
  const base = c.req.query('base-url');
  if (key === '') {
    const place = placeIn(entries, leadingNumber(c.req.query('index')));
    if (place === undefined) throw refused(400, 'missing api-key or index');
    return entries.toSpliced(place, 1);
  }
  const places = placesOf(entries, key, base);
  if (places.length > 1 && base === undefined) throw refused(400, 'multiple items match api-key; base-url is required');
  if (isStrict && places.length > 1) throw refused(400, 'multiple items match; index is required');
  if (isStrict && places.length === 0) throw refused(404, 'item not found');
  return entries.filter((_each, at) => !places.includes(at));
}

/** One list with an entry for each key. */
export function addKeyEntryRoutes(app: HostApp, host: Host, name: KeyListName): void {
  const path = `/v0/management/${name}`;
  const { entry: shape, normalize, isStrict } = keyLists[name];
  const { state } = host;
  const keep = (entries: readonly KeyEntry[]) => {
    state.config[name] = normalize(entries);
    return save(host);
  };
  app.get(path, () => {
    const ids = idsOf(state.config, name);
    const entries = state.config[name].map((each, at) => ({
      ...each,
      // The one vendor whose address everybody knows need not be named.
      ...(isStrict && each['base-url'] === '' ? { 'base-url': undefined } : {}),
      'auth-index': liveIndex(host, ids[at]?.[0] ?? ''),
    }));
    return json(200, { [name]: entries });
  });
  app.put(path, async (c) => {
    const given = await readList(c, shape);
    for (const [at, { weight }] of given.entries()) checkWeight(`${name}[${at}].weight: `, weight);
    return keep(given);
  });
  app.patch(path, async (c) => {
    const body = await readStruct(c, change);
    const value = valueOf(body);
    const entries = state.config[name];
    const match = typeof body.match === 'string' ? body.match.trim() : undefined;
    const place = placeIn(entries, body.index) ?? (match === undefined ? -1 : toChange(c, name, entries, match));
    const before = entries[place];
    if (before === undefined) throw refused(404, 'item not found');
    const after = changed(before, shape, value, fields[name]);
    checkWeight('', after.weight);
    return keep(isRemoved(name, after) ? entries.toSpliced(place, 1) : entries.with(place, after));
  });
  app.delete(path, (c) => keep(without(c, name, state.config[name])));
}
