import { z } from 'zod';
import { resourceName } from '../names.ts';
import type { Account, AccountChange, AccountSpec } from '../account.ts';
import type { Screen } from '../screen.ts';
import type { ChannelWire } from './api/wire.ts';
import { channelBase, isPlain, platformOf, typeFor, upstreamOf } from './channel-types.ts';
import { readNote, withNote, type Note } from './marker.ts';
import { noGroup } from './objects.ts';
import { parseJson } from '../../core/parse-json.ts';

/** `status` of a channel. Also 3: the host has switched it off. */
export const status = { on: 1, off: 2 } as const;
const offByHost = 3;

const mappingWire = z.record(z.string(), z.string());
const infoWire = z.looseObject({ status_reason: z.string().optional() });

/**
 * A channel as an account. Several keys in one channel cannot be told apart, so that one is nobody's: it has no marker.
 * Priorities run the other way here: the highest is used first.
 */
export function toAccount(wire: ChannelWire, screen: Screen): Account {
  const { marker, tested, paused } = ownNote(wire, screen);
  return {
    id: String(wire.id),
    name: screen.name(wire.name, marker?.fingerprint),
    platform: platformOf(wire.type),
    baseUrl: upstreamOf(wire.type, wire.base_url),
    mapping: toMapping(wire),
    concurrency: null,
    priority: 0 - wire.priority,
    places: listOf(wire.group).filter((group) => group !== noGroup),
    settings: isPlain(wire.type) ? {} : { type: wire.type },
    marker,
    tested,
    // Whoever has switched it on since has ended relay's pause.
    paused: paused && wire.status !== status.on,
    state: wire.status === offByHost ? 'error' : 'active',
    enabled: wire.status === status.on,
    stateMessage: wire.status === offByHost ? screen.clean(reasonOf(wire.other_info)) : '',
    limitedUntil: null,
    discovering: false,
  };
}

/** The note of a channel that is relay's: not of one with several keys, and not of another one that was copied. */
function ownNote(wire: ChannelWire, screen: Screen): Note {
  const note = readNote(wire.channel_info?.is_multi_key === true ? '' : wire.remark, screen);
  return note.channel === null || note.channel === wire.id ? note : { ...note, marker: null };
}

function toMapping({ models, model_mapping: text }: ChannelWire): Record<string, string> {
  const mapping = mappingWire.safeParse(parseJson(text)).data ?? {};
  return Object.fromEntries(
    listOf(models).map((model) => [model, (Object.hasOwn(mapping, model) ? mapping[model] : undefined) ?? model]),
  );
}

function reasonOf(info: string): string {
  return infoWire.safeParse(parseJson(info)).data?.status_reason ?? '';
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}

/** A channel to be made, with one key, in service from the start: what is in no group serves nobody. */
export function fromAccountSpec(spec: AccountSpec, key: string): Record<string, unknown> {
  const { name, marker, platform, baseUrl, mapping, priority, place, settings } = spec;
  const type = typeFor(platform, settings['type']);
  return {
    type,
    key,
    name,
    base_url: channelBase(type, baseUrl),
    ...fromMapping(mapping),
    group: fromPlaces(place === null ? [] : [place]),
    priority: 0 - priority,
    status: status.on,
    tag: resourceName(marker.provider, marker.access),
    remark: withNote('', { marker, tested: false, paused: false, channel: null }),
  };
}

/** A channel cannot be emptied of its group. */
export function fromPlaces(places: readonly string[]): string {
  return places.length === 0 ? noGroup : [...new Set(places)].join(',');
}

/** What is sent to edit a channel that stands so: all that the change names, and nothing else. */
export function fromAccountChange(
  change: Omit<AccountChange, 'enabled' | 'paused'>,
  now: ChannelWire,
  screen: Screen,
): Record<string, unknown> {
  const { name, baseUrl, mapping, priority, settings = {}, places, marker, tested } = change;
  const asked = settings['type'];
  const type = asked === undefined ? now.type : typeFor(platformOf(now.type), asked?.value);
  const note = readNote(now.remark, screen);
  const base = baseUrl === undefined ? upstreamOf(now.type, now.base_url) : (baseUrl ?? '');
  return {
    id: now.id,
    ...(name === undefined ? {} : { name }),
    ...(baseUrl === undefined && type === now.type ? {} : { type, base_url: channelBase(type, base) }),
    ...(mapping === undefined ? {} : fromMapping(mapping)),
    ...(priority === undefined ? {} : { priority: 0 - priority }),
    ...(places === undefined ? {} : { group: fromPlaces(places) }),
    ...(marker === undefined && tested === undefined
      ? {}
      : {
          remark: withNote(now.remark, {
            ...note,
            channel: now.id,
            ...(marker === undefined ? {} : { marker }),
            ...(tested === undefined ? {} : { tested }),
          }),
        }),
  };
}

function fromMapping(mapping: Record<string, string>): { models: string; model_mapping: string } {
  const renamed = Object.entries(mapping).filter(([name, model]) => name !== model);
  return {
    models: Object.keys(mapping).join(','),
    model_mapping: renamed.length === 0 ? '' : JSON.stringify(Object.fromEntries(renamed)),
  };
}
