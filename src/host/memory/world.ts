import type { Secret } from '../../core/secrets/secret.ts';
import type { Marker } from '../account.ts';

/** One upstream key of the host: an entry of its one flat list. It has no number, and serves as long as it stands there. */
export interface Entry {
  name: string;
  key: Secret;
  address: string;
  models: Record<string, string>;
  /** What relay has written beside it. */
  note: Marker | null;
  /** The run that has seen a test of it end well. */
  testedBy: string | null;
}

/** A key of somebody who uses the host. */
export interface ClientEntry {
  name: string;
  key: string;
  /** Milliseconds since 1970. */
  createdAt: number;
}

/** What a vendor answers to a key. */
export type VendorAnswer = 'answers' | 'refused' | 'exhausted' | 'busy';

/** A host that is nothing but memory. Tests read it, and change it as other people would. */
export interface World {
  entries: Entry[];
  clients: ClientEntry[];
  /** The one admin key. */
  adminKey: Secret;
  vendor: (key: string, model: string) => VendorAnswer;
  now: () => number;
}

/** A world that holds nothing, and a vendor that refuses keys with `dead` in them. */
export function newWorld(adminKey: Secret, now: () => number): World {
  return {
    entries: [],
    clients: [],
    adminKey,
    vendor: (key) => {
      if (key.includes('dead')) return 'refused';
      return key.includes('empty') ? 'exhausted' : 'answers';
    },
    now,
  };
}
