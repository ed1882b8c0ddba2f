import { accessModes } from '../../core/modes.ts';
import type { Marker } from '../account.ts';
import { screenedMarker, type Screen } from '../screen.ts';

/** What relay keeps in the remark of a channel, which only admins see. */
export interface Note {
  marker: Marker | null;
  /** relay has seen a test of it end well. What the host notes of tests, it also notes of those that did not. */
  tested: boolean;
  paused: boolean;
  /** The channel that it is about, once that is known: a copy that people make bears it too. */
  channel: number | null;
}

/** Longest remark that every database of the host takes, in characters. */
const maxRemark = 255;

const pattern = /\[relay ([^\s\]]+)\]/;

/** Reads the note out of a remark, wherever people have written around it. */
export function readNote(remark: string, screen: Screen): Note {
  const fields = new URLSearchParams(pattern.exec(remark)?.[1] ?? '');
  const field = (name: string) => fields.get(name) ?? undefined;
  const marker = {
    provider: field('provider'),
    access: accessModes.find((mode) => mode === field('access')),
    run: field('run'),
    fingerprint: field('key'),
    ...(fields.has('last4') ? { last4: field('last4') } : {}),
    ...(fields.has('revoked') ? { revoked: true } : {}),
    ...(fields.has('sets') ? { sets: field('sets')?.split(',') } : {}),
  };
  return {
    marker: screenedMarker(marker, screen),
    tested: fields.has('tested'),
    paused: fields.has('paused'),
    channel: fields.has('channel') ? Number(field('channel')) : null,
  };
}

/** A remark with this note in the place of the one it had; what people have written stays, as far as it fits. */
export function withNote(remark: string, { marker, tested, paused, channel }: Note): string {
  const rest = remark.replace(pattern, '').trim();
  if (marker === null) return rest;
  const { provider, access, run, fingerprint, last4, revoked, sets = [] } = marker;
  const fields = new URLSearchParams({
    provider,
    access,
    run,
    key: fingerprint,
    ...(last4 === undefined ? {} : { last4 }),
    ...(revoked === true ? { revoked: '1' } : {}),
    ...(sets.length === 0 ? {} : { sets: sets.join(',') }),
    ...(tested ? { tested: '1' } : {}),
    ...(paused ? { paused: '1' } : {}),
    ...(channel === null ? {} : { channel: String(channel) }),
  });
  const mark = `[relay ${fields.toString()}]`;
  return `${rest.slice(0, maxRemark - mark.length - 1)} ${mark}`.trim();
}
