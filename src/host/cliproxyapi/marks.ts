import { z } from 'zod';
import { accessModes, type AccessMode } from '../../core/modes.ts';
import { parseJson } from '../../core/parse-json.ts';
import type { Marker } from '../account.ts';
import { screenedMarker, type Screen } from '../screen.ts';

/**
 * The header in which relay's marks stand. What begins with `$` is the name of a header that the host would copy from its
 * client, and no client sends one that is called so: it reaches no vendor.
 */
export const markHeader = 'X-Relay-Mark';
const prefix = '$relay:v1 ';

const form = z.object({
  p: z.string(),
  a: z.enum(accessModes),
  /** Runs, which keys name by their place here. */
  r: z.array(z.string()),
  /** By fingerprint without its prefix: name, run, and whether a test has ended well. */
  k: z.record(z.string(), z.tuple([z.string(), z.int().min(0), z.union([z.literal(0), z.literal(1)])])),
});

/** What relay notes of one key. */
export interface KeyMark {
  name: string;
  run: string;
  tested: boolean;
}

/** Whose an entry of the host is, and what is known of its keys, by fingerprint. */
export interface Mark {
  provider: string;
  access: AccessMode;
  keys: ReadonlyMap<string, KeyMark>;
}

/** The marks of an entry, by its headers; nothing where it is not relay's. */
export function readMark(headers: Readonly<Record<string, string>> | null | undefined): Mark | null {
  const [, value = ''] = Object.entries(headers ?? {}).find(([name]) => isMarkHeader(name)) ?? [];
  const read = value.startsWith(prefix) ? form.safeParse(parseJson(value.slice(prefix.length))).data : undefined;
  if (read === undefined) return null;
  const { p: provider, a: access, r: runs, k } = read;
  const keys = Object.entries(k).flatMap(([hex, [name, run, tested]]) => {
    const of = runs[run];
    return of === undefined ? [] : [[`sha256:${hex}`, { name, run: of, tested: tested === 1 }] as const];
  });
  return { provider, access, keys: new Map(keys) };
}

/** The headers of an entry with these marks in the place of earlier ones; those of others stay. */
export function withMark(
  headers: Readonly<Record<string, string>> | null | undefined,
  mark: Mark,
): Record<string, string> {
  const runs = [...new Set([...mark.keys.values()].map(({ run }) => run))];
  const keys = [...mark.keys].map(([fingerprint, { name, run, tested }]) => [
    fingerprint.replace(/^sha256:/, ''),
    [name, runs.indexOf(run), tested ? 1 : 0],
  ]);
  const value = { p: mark.provider, a: mark.access, r: runs, k: Object.fromEntries(keys) };
  return { ...withoutMark(headers), [markHeader]: `${prefix}${JSON.stringify(value)}` };
}

/** The headers that others have set. */
export function withoutMark(headers: Readonly<Record<string, string>> | null | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(headers ?? {}).filter(([name]) => !isMarkHeader(name)));
}

function isMarkHeader(name: string): boolean {
  return name.toLowerCase() === markHeader.toLowerCase();
}

/** The marker of one key as the engine knows it; how the key ends is told by the key itself. */
export function markerOf(
  { provider, access }: Mark,
  { run }: KeyMark,
  { fingerprint, last4 }: { fingerprint: string; last4: string | undefined },
  screen: Screen,
): Marker | null {
  return screenedMarker({ provider, access, run, fingerprint, ...(last4 === undefined ? {} : { last4 }) }, screen);
}
