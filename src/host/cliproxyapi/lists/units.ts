import { z } from 'zod';
import type { Platform } from '../../../core/modes.ts';
import { keyFingerprint } from '../../../core/secrets/key-fingerprint.ts';
import { Secret } from '../../../core/secrets/secret.ts';
import { readMark, withMark, type Mark } from '../marks.ts';
import { providerWire, singleWire, type ProviderWire, type SingleWire } from '../api/wire.ts';

/** The lists in which upstream keys stand: one for each protocol that relay knows. */
export const listOf = {
  openai: 'openai-compatibility',
  anthropic: 'claude-api-key',
  gemini: 'gemini-api-key',
} as const satisfies Record<Platform, string>;
export type ListName = (typeof listOf)[Platform];
export const listNames: readonly ListName[] = Object.values(listOf);

/** The protocol of a list. */
export function platformOf(list: ListName): Platform {
  return list === 'openai-compatibility' ? 'openai' : list === 'claude-api-key' ? 'anthropic' : 'gemini';
}

/** One upstream key as it stands in a list. */
export interface HeldKey {
  fingerprint: string;
  key: Secret;
  /** The element of the host, with whatever others have set there; absent for one that is yet to be sent. */
  wire: Record<string, unknown> | null;
}

/** Keys that belong together: an element of the list of providers, or the elements of another list that bear one mark. */
export interface Unit {
  list: ListName;
  /** As the host and its clients know it; empty in lists that have no names. */
  name: string;
  mark: Mark | null;
  baseUrl: string;
  /** What clients ask for → what is sent on. */
  mapping: Readonly<Record<string, string>>;
  disabled: boolean;
  keys: readonly HeldKey[];
}

/** The elements of a list, as they came. */
export type Elements = readonly unknown[];

/** Headers whose values let somebody in. */
const lettingIn = /auth|key|token|secret|cookie|password/i;

/** The elements of a list as they came, once each is of the form that its list has. */
export function elementsOf(list: ListName): z.ZodType<Elements> {
  const form = list === 'openai-compatibility' ? providerWire : singleWire;
  return z.array(z.unknown().refine((each) => form.safeParse(each).success));
}

/** All that must not be shown of what stands in a list, whosever it is: keys, values of headers, passwords of proxies. */
export function secretsIn(list: ListName, elements: Elements): string[] {
  return elements.flatMap((element) => {
    const { headers, ...wire } = singleWire.parse(element);
    const entries = list === 'openai-compatibility' ? (providerWire.parse(element)['api-key-entries'] ?? []) : [];
    const values = Object.entries(headers ?? {}).flatMap(([name, value]) => {
      // What begins so names a header of clients.
      return lettingIn.test(name) && !value.startsWith('$') ? [value] : [];
    });
    const held = [wire, ...entries].flatMap((each) => [each['api-key'], passwordIn(each['proxy-url'])]);
    return [...held, ...values].filter((each) => each !== '');
  });
}

function passwordIn(address: unknown): string {
  if (typeof address !== 'string' || !URL.canParse(address)) return '';
  const { password } = new URL(address);
  try {
    return decodeURIComponent(password);
  } catch {
    return password;
  }
}

/** What stands in a list. Throws what the form of an element is wrong with. */
export function unitsIn(list: ListName, elements: Elements): Unit[] {
  if (list === 'openai-compatibility') return elements.map((each) => providerUnit(providerWire.parse(each)));
  const units: Unit[] = [];
  for (const element of elements) {
    const unit = singleUnit(list, singleWire.parse(element));
    const same = units.find((each) => unit.mark !== null && isOf(each, unit.mark));
    if (same === undefined || unit.mark === null) units.push(unit);
    else units[units.indexOf(same)] = joined(same, unit);
  }
  return units;
}

/** Whether a unit is the managed one of an owner. */
export function isOf({ mark }: Pick<Unit, 'mark'>, { provider, access }: Pick<Mark, 'provider' | 'access'>): boolean {
  return mark?.provider === provider && mark.access === access;
}

function providerUnit(wire: ProviderWire): Unit {
  return {
    list: 'openai-compatibility',
    name: wire.name,
    mark: readMark(wire.headers),
    baseUrl: wire['base-url'],
    mapping: mappingOf(wire),
    disabled: wire.disabled === true,
    keys: (wire['api-key-entries'] ?? []).map((each) => heldKey(each)),
  };
}

function singleUnit(list: ListName, wire: SingleWire): Unit {
  const mark = readMark(wire.headers);
  return {
    list,
    name: '',
    mark,
    baseUrl: wire['base-url'],
    mapping: mappingOf(wire),
    disabled: false,
    keys: [heldKey(wire)],
  };
}

function joined(one: Unit, other: Unit): Unit {
  const keys = new Map([...(one.mark?.keys ?? []), ...(other.mark?.keys ?? [])]);
  return { ...one, mark: one.mark && { ...one.mark, keys }, keys: [...one.keys, ...other.keys] };
}

function heldKey(wire: Record<string, unknown> & { 'api-key': string }): HeldKey {
  const key = wire['api-key'];
  return { fingerprint: keyFingerprint(key), key: new Secret(key), wire };
}

/** What clients ask for → what is sent on. */
export function mappingOf({ models }: Pick<ProviderWire, 'models'>): Record<string, string> {
  return Object.fromEntries(
    (models ?? []).flatMap(({ name, alias }) => (name === '' && alias === '' ? [] : [[alias || name, name || alias]])),
  );
}

/** The elements of a list once a unit stands there so: what is not its own stays as it is. Without keys it goes. */
export function withUnit(elements: Elements, unit: Unit): unknown[] {
  const { mark, list } = unit;
  if (mark === null) throw new Error('a unit without a mark is not written');
  if (list === 'openai-compatibility') return withProvider(elements, unit, mark);
  const foreign = elements.filter((each) => {
    const own = readMark(singleWire.parse(each).headers);
    return own === null || !isOf({ mark: own }, mark);
  });
  return [...foreign, ...unit.keys.map((held) => singleElement(unit, held, mark))];
}

function withProvider(elements: Elements, unit: Unit, mark: Mark): unknown[] {
  const index = elements.findIndex((each) => isOf({ mark: readMark(providerWire.parse(each).headers) }, mark));
  const before = index === -1 ? undefined : providerWire.parse(elements[index]);
  const element = {
    ...before,
    name: unit.name,
    'base-url': unit.baseUrl,
    'api-key-entries': unit.keys.map(keyElement),
    models: modelsOf(unit.mapping),
    headers: withMark(before?.headers, mark),
  };
  const others = elements.filter((_, at) => at !== index);
  if (unit.keys.length === 0) return others;
  return index === -1 ? [...others, element] : elements.map((each, at) => (at === index ? element : each));
}

function keyElement({ key, wire }: HeldKey): Record<string, unknown> {
  const { 'auth-index': _, ...kept } = wire ?? {};
  return { ...kept, 'api-key': key.open() };
}

function singleElement({ baseUrl, mapping }: Unit, held: HeldKey, mark: Mark): Record<string, unknown> {
  const own = mark.keys.get(held.fingerprint);
  const before = singleWire.safeParse(held.wire).data;
  return {
    ...keyElement(held),
    'base-url': baseUrl,
    models: modelsOf(mapping),
    headers: withMark(before?.headers, {
      ...mark,
      keys: own === undefined ? new Map() : new Map([[held.fingerprint, own]]),
    }),
  };
}

function modelsOf(mapping: Readonly<Record<string, string>>): { name: string; alias: string }[] {
  return Object.entries(mapping).map(([alias, name]) => ({ name, alias }));
}
