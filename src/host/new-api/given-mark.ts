import type { Id } from '../account.ts';

/** What the remark of a user ends in to whom relay has given access. */
export interface GivenMark {
  /** The group that they were put into, and the one that they were in before. */
  place: Id;
  from: string;
  /** The plan by which; absent where they were moved by hand. */
  plan?: Id | undefined;
}

const pattern = /\[relay group=(\S+) from=([^\s\]]+)(?: plan=(\d+))?\]/;

/** The mark in a remark, if there is one. */
export function readGivenMark(remark: string): GivenMark | undefined {
  const [, place, from, plan] = pattern.exec(remark) ?? [];
  if (place === undefined || from === undefined) return undefined;
  return { place: decodeURIComponent(place), from: decodeURIComponent(from), plan };
}

/** The remark with the mark instead of an earlier one, or without any. */
export function givenMark(remark: string, mark: GivenMark | undefined): string {
  const rest = remark.replace(pattern, '').trim();
  if (mark === undefined) return rest;
  const plan = mark.plan === undefined ? '' : ` plan=${mark.plan}`;
  const text = `[relay group=${encodeURIComponent(mark.place)} from=${encodeURIComponent(mark.from)}${plan}]`;
  return `${rest} ${text}`.trim();
}
