import { z } from 'zod';
import { HostFailure, writeResult, type WriteResult } from '../host-failure.ts';
import type { ApiClient } from '../http/api-client.ts';
import { anything, optionWire, userGroupsWire } from './api/wire.ts';
import { parseJson } from '../../core/parse-json.ts';

/**
 * What users of a group may choose beside what everybody may, by the name of their group: a map of texts for each. A group
 * that stands in its own entry changes nothing but the text that those are shown who are in it.
 */
export const ownTexts = 'group_ratio_setting.group_special_usable_group';

/** The options in which this host keeps groups and prices: each one text, a map by name, replaced as a whole. */
export const mapNames = [
  'GroupRatio',
  'UserUsableGroups',
  ownTexts,
  'ModelRatio',
  'ModelPrice',
  'CompletionRatio',
  'CacheRatio',
  'CreateCacheRatio',
] as const;
export type MapName = (typeof mapNames)[number];

type OptionMap = Record<string, unknown>;

/** Groups and prices as the host holds them. */
export interface Options {
  maps: Record<MapName, OptionMap>;
  /** Options whose text is no map: the host keeps whatever it is sent. */
  broken: MapName[];
  /** Models whose output has a price that is built into the host, as a multiple of the input. */
  locked: ReadonlyMap<string, number>;
  /** Whether the host serves models that have no price. */
  servesUnpriced: boolean;
  /** Whether a person has confirmed the terms of payment, without which the host makes no plans. */
  takesPlans: boolean;
  /** Only root sees and sets them; to an admin only the groups that it may use are shown. */
  isWhole: boolean;
}

const map = z.record(z.string(), z.unknown());
const meta = z.record(z.string(), z.object({ ratio: z.number(), locked: z.boolean() }));

/** Reads them, as far as the login may see them. Throws `HostFailure`. */
export async function readOptions(client: ApiClient, isRoot: boolean): Promise<Options> {
  if (!isRoot) return readUsableGroups(client);
  const options = new Map(
    (await client.get('/api/option/', optionWire.array())).map(({ key, value }) => [key, value] as const),
  );
  const found: Options = {
    maps: emptyMaps(),
    broken: [],
    locked: new Map(),
    servesUnpriced: options.get('SelfUseModeEnabled') === 'true',
    takesPlans: options.get('payment_setting.compliance_confirmed') !== 'false',
    isWhole: true,
  };
  for (const name of mapNames) {
    const text = options.get(name) ?? '';
    const value = text.trim() === '' ? {} : map.safeParse(parseJson(text)).data;
    if (value === undefined) found.broken.push(name);
    else found.maps[name] = value;
  }
  const known = meta.safeParse(parseJson(options.get('CompletionRatioMeta') ?? '')).data ?? {};
  found.locked = new Map(
    Object.entries(known).flatMap(([model, { ratio, locked }]) => (locked ? [[model, ratio] as const] : [])),
  );
  return found;
}

async function readUsableGroups(client: ApiClient): Promise<Options> {
  const maps = emptyMaps();
  for (const name of await client.get('/api/group/', z.string().array())) maps.GroupRatio[name] = null;
  const usable = await client.get('/api/user/self/groups', userGroupsWire);
  for (const [name, { desc, ratio }] of Object.entries(usable)) {
    maps.UserUsableGroups[name] = desc;
    maps.GroupRatio[name] = ratio;
  }
  return { maps, broken: [], locked: new Map(), servesUnpriced: false, takesPlans: true, isWhole: false };
}

function emptyMaps(): Options['maps'] {
  return Object.fromEntries(mapNames.map((name) => [name, {}])) as Options['maps'];
}

/** A change of one entry of a map: its new value, or `undefined` to take it out. */
export interface MapEdit {
  map: MapName;
  entry: string;
  /** The part of the entry that is meant, where that is a map again. */
  part?: string;
  value: unknown;
  /** Whether one that is there stays as it is. */
  ifAbsent?: boolean;
}

/**
 * Edits entries of option maps, each map by one request, in the order in which the edits name them. Each is read just
 * before, since all of it is sent: what others write in between is lost, which is why the whole host is locked. Where one
 * was written and another was not, the end is unknown: looking tells what is there.
 */
export async function editMaps(client: ApiClient, edits: readonly MapEdit[]): Promise<WriteResult<void>> {
  let written = 0;
  const names = [...new Set(edits.map((edit) => edit.map))];
  for (const name of names) {
    const own = edits.filter((edit) => edit.map === name);
    const ended = await writeResult(() => editMap(client, name, own, written === 0 ? names : [name]));
    if (ended.status === 'rejected' && written > 0) return { status: 'unknown', failure: ended.failure };
    if (ended.status !== 'applied') return ended;
    written += 1;
  }
  return { status: 'applied', value: undefined };
}

/** `readable`: maps that must be, this one among them. */
async function editMap(
  client: ApiClient,
  name: MapName,
  edits: readonly MapEdit[],
  readable: readonly MapName[],
): Promise<void> {
  const now = await readOptions(client, true);
  const broken = readable.find((each) => now.broken.includes(each));
  if (broken !== undefined) throw brokenMap(broken);
  const before = now.maps[name];
  const after = { ...before };
  for (const edit of edits) change(after, edit);
  const text = JSON.stringify(after);
  if (text === JSON.stringify(before)) return;
  const ended = await client.write('PUT', '/api/option/', { key: name, value: text }, anything);
  if (ended.status !== 'applied') throw ended.failure;
}

/** A map in a map, where it is one. */
export function asMap(value: unknown): OptionMap | undefined {
  return map.safeParse(value).data;
}

function change(entries: OptionMap, { entry, part, value, ifAbsent = false }: Omit<MapEdit, 'map'>): void {
  if (part !== undefined) {
    const parts = { ...asMap(entries[entry]) };
    change(parts, { entry: part, value, ifAbsent });
    change(entries, { entry, value: Object.keys(parts).length === 0 ? undefined : parts });
  } else if (value === undefined) delete entries[entry];
  else if (!ifAbsent || !Object.hasOwn(entries, entry)) entries[entry] = value;
}

function brokenMap(name: MapName): HostFailure {
  return new HostFailure('WRITE_REFUSED', `The option ${name} of the host holds no valid JSON, and is left as it is.`, {
    delivery: 'not_applied',
    transient: false,
  });
}
