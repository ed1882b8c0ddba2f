import type { Platform } from '../../core/modes.ts';
import type { Id } from '../account.ts';

export type GroupType = 'standard' | 'subscription';

export interface Group {
  id: Id;
  name: string;
  description: string;
  platform: string;
  type: GroupType;
  rateMultiplier: number;
  active: boolean;
}

/** A price entry of a channel. Prices are US dollars per token; `null` leaves the price to the host's own table. */
export interface ChannelPrice {
  platform: string;
  models: string[];
  billing: string;
  input: number | null;
  output: number | null;
  cacheRead: number | null;
  cacheWrite: number | null;
  /** What else the host keeps in the entry (intervals, multipliers, …), to be sent back as it is. */
  rest: Record<string, unknown>;
}

export interface Channel {
  id: Id;
  name: string;
  active: boolean;
  groupIds: Id[];
  /** By platform: the name a user asks for → the name that is sent on. */
  mappings: Record<string, Record<string, string>>;
  prices: ChannelPrice[];
  restrictsModels: boolean;
  billingSource: string;
}

/** What is sold as a plan. */
export interface Tariff {
  id: Id;
  name: string;
  groupId: Id;
  price: number;
  validityDays: number;
  validityUnit: string;
  forSale: boolean;
}

export interface GroupSpec {
  name: string;
  description: string;
  platform: Platform;
  type: GroupType;
  rateMultiplier: number;
}

export type ChannelSpec = Omit<Channel, 'id' | 'active'>;
export type TariffSpec = Omit<Tariff, 'id'>;
