import { z } from 'zod';
import { accessModes } from '../core/modes.ts';
import type { Marker } from './account.ts';

const markerWire = z.object({
  provider: z.string(),
  access: z.enum(accessModes),
  run: z.string(),
  fingerprint: z.string(),
  last4: z.string().max(4).optional(),
  revoked: z.boolean().optional(),
  sets: z.array(z.string()).optional(),
});

/** What text of the host passes through before it enters an object. */
export interface Screen {
  clean: (text: string) => string;
  /** `fingerprint`: of the key that the account so named holds. */
  name: (text: string, fingerprint?: string) => string;
  hide: (text: string) => string;
}

/** A group stays relay's by the mark at the end, whatever somebody has written before it. */
export function screenedDescription(text: string, screen: Pick<Screen, 'hide'>): string {
  const at = text.lastIndexOf('[relay ');
  return at === -1 ? screen.hide(text) : screen.hide(text.slice(0, at)) + screen.hide(text.slice(at));
}

/** A marker is in words of relay alone; what may hold a secret is none. */
export function screenedMarker(value: unknown, screen: Screen): Marker | null {
  const marker = markerWire.safeParse(value).data ?? null;
  if (marker === null) return null;
  const { provider, run, fingerprint, sets = [] } = marker;
  // What differs from account to account is too short for a secret; the rest was looked through with the first of them.
  const words = [provider, run, ...(isFingerprint(fingerprint) ? [] : [fingerprint]), ...sets].join(' ');
  return screen.hide(words) === words ? marker : null;
}

function isFingerprint(text: string): boolean {
  return /^sha256:[0-9a-f]{12}$/.test(text);
}
