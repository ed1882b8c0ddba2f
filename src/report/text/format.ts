import { formatCount } from '../../core/counted.ts';

/** A duration as people read it, with two or three digits that mean something. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(seconds < 9.995 ? 2 : 1)} s`;
  const whole = Math.round(seconds);
  const two = (value: number) => String(value).padStart(2, '0');
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${formatCount(Math.floor(whole / 3600))} h ${two(Math.floor((whole % 3600) / 60))} min`;
}

/** A moment, the same for every reader: `2026-11-21 10:04:49 UTC`. */
export function momentText(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}

/** A duration as people say it: `49 s`, `1.1 s`; what two clocks that stopped a moment apart tell is the same. */
export function spokenDuration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 0.095) return `${Math.round(ms)} ms`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  return seconds < 59.5 ? `${Math.round(seconds)} s` : durationText(ms);
}

/** The same without its seconds. */
export function shortTime(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)}Z`;
}

/** When an account last served, or that it never has; nothing where the host does not tell. */
export function usedText(iso: string | null | undefined, word: 'used' | 'last used'): string[] {
  if (iso === undefined) return [];
  return [iso === null ? 'never used' : `${word} ${shortTime(iso)}`];
}
