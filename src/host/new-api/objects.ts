import type { HostObject } from '../driver.ts';
import { readGroupMarker, type GroupMarker } from '../group-marker.ts';

/** A name in the option maps. It is there as soon as one of them has it. */
export interface Group extends HostObject {
  name: string;
  /** What users pay, as a multiple of the price; `null` where it stands in no list of groups. */
  ratio: number | null;
  /** What users are shown who may choose it; `null` where they may not. */
  text: string | null;
  /** What those are shown who are in it; `null` where the host has a word of its own for them. */
  ownText: string | null;
}

/** The marker of a group, in whichever text it stands. */
export function groupMarkerOf({ text, ownText }: Pick<Group, 'text' | 'ownText'>): GroupMarker | undefined {
  return readGroupMarker(text ?? '') ?? readGroupMarker(ownText ?? '');
}

/** What users buy or are given: a time in a group. The host deletes none. */
export interface Tariff extends HostObject {
  /** Its title, which others may have as well. */
  name: string;
  /** What users are shown below the title. It ends in relay's marker. */
  text: string;
  /** In US dollars. */
  price: number;
  /** How long it runs: so many of `unit`. */
  length: number;
  unit: string;
  /** Whether users may buy it. It can be given to them in any case. */
  forSale: boolean;
  /** The group that it moves users into; `null` for none. */
  groupId: string | null;
}

/** What a model costs, as multiples: 1 of input is 2 US dollars for a million tokens, the others are of input. */
export interface ModelRatios {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
}

/** Some of them, as they stand in the maps: each part in one of its own. */
export type PriceParts = Record<string, Partial<ModelRatios>>;

/** Prices by the name that users ask for. They are the host's, for whichever channel serves the model. */
export interface Prices extends HostObject {
  name: string;
  /** What is billed. */
  models: Record<string, ModelRatios | 'per call'>;
  /** What stands in the maps, of models that have no price as well. */
  parts: PriceParts;
  /** Whether the host serves models that have none. */
  servesUnpriced: boolean;
  /** Options that hold no valid JSON. */
  broken: string[];
}

/** The one list of prices that this host has, by the option that makes a model work. */
export const priceList = { kind: 'prices', id: 'ModelRatio', name: 'ModelRatio' } as const;

/** A group that no map knows: what is in it alone serves no user. A channel cannot be in none. */
export const noGroup = 'relay-staging';
