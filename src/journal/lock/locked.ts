import { lengthInWords } from '../../core/secrets/length-in-words.ts';
import { RelayError } from '../../core/relay-error.ts';
import { isOnThisMachine, livenessOf, type Processes } from './liveness.ts';
import type { FoundLock, LockStore } from './lock-store.ts';

/** What a lock keeps others from, and who looks at it. */
export interface LockedThing {
  provider: string;
  /** The address by which this run calls the host; the other one may call it by another. */
  hostUrl: string;
  processes: Processes;
}

/** The error for a lock that is still held: names the run, since when, and how its lock goes if there is no such run. */
export function refusedLock(
  found: FoundLock | undefined,
  store: LockStore,
  name: string,
  thing: LockedThing,
  now: number,
): RelayError {
  return new RelayError('LOCKED', `${holderOf(found, thing, now)} Its lock is ${store.placeOf(name)}.`, {
    hint: `Wait until that run has ended. If there is no such run any more, ${store.adviceOn(name)}.`,
  });
}

/** The same, where nobody can be sure that both mean the same host. */
export function mayBeHeld(found: FoundLock, store: LockStore, name: string, thing: LockedThing, now: number): string {
  return `${holderOf(found, thing, now)} It may mean another host, so this run goes on. Its lock is ${store.placeOf(name)}.`;
}

/** What is said while another run is waited for. */
export function waitedFor(found: FoundLock | undefined, thing: LockedThing, now: number): string {
  return `${holderOf(found, thing, now)} Waiting for it.`;
}

/** What is said of a lease that was taken over, and for how long its former owner is waited for. In milliseconds. */
export function takenOver(found: FoundLock, thing: LockedThing, lateMs: number, now: number): string {
  return `${holderOf(found, thing, now)} It is taken for dead. Waiting ${lengthInWords(lateMs)} for requests of it that may still arrive.`;
}

function holderOf(found: FoundLock | undefined, { provider, hostUrl, processes }: LockedThing, now: number): string {
  const where = `at work on ${provider} of the host at ${hostUrl}`;
  if (!found?.owner) return `Another run is ${where}.`;
  const { owner, beatAt } = found;
  const { run, pid, machine, since } = owner;
  const on = isOnThisMachine(owner, processes.self) ? '' : ` on ${machine}`;
  const isUnsure = found.lease !== null || livenessOf(owner, processes) === 'unknown';
  const seen = isUnsure ? `, and gave a sign of life ${agoOf(now - beatAt)}` : '';
  const age = lengthInWords(Math.max(0, now - Date.parse(since)));
  return `The run ${plain(run)} (process ${pid}${plain(on)}) has been ${where} for ${age}, since ${since}${seen}.`;
}

function agoOf(ms: number): string {
  return ms < 0 ? 'by a clock that is ahead of this one' : `${lengthInWords(ms)} ago`;
}

/** Whoever can write the file chooses its words, and a terminal would obey them. */
function plain(text: string): string {
  return text.replace(/\p{C}/gu, '\uFFFD');
}
