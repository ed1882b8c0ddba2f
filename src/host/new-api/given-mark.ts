import type { Id } from '../account.ts';

/** What the remark of a user ends in whom relay has moved: the group that they were put into, and the one before. */
export interface GivenMark {
  place: Id;
  from: string;
}

const pattern = /\[relay group=(\S+) from=([^\s\]]+)\]/;

/** The mark in a remark, if there is one. */
export function readGivenMark(remark: string): GivenMark | undefined {
  const [, place, from] = pattern.exec(remark) ?? [];
  if (place === undefined || from === undefined) return undefined;
  return { place: decodeURIComponent(place), from: decodeURIComponent(from) };
}

/** The remark with the mark instead of an earlier one, or without any. */
export function givenMark(remark: string, mark: GivenMark | undefined): string {
  const rest = remark.replace(pattern, '').trim();
  if (mark === undefined) return rest;
  return `${rest} [relay group=${encodeURIComponent(mark.place)} from=${encodeURIComponent(mark.from)}]`.trim();
}
