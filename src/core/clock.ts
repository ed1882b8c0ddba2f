import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

/** Time and randomness, handed in so that tests need neither. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds since any moment, by a clock that nobody sets. */
  monotonic(): number;
  /** Waits; returns early, without an error, when `signal` is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** A signal that is aborted after so many milliseconds. */
  timeout(ms: number): AbortSignal;
  /** Calls `beat` each time so many milliseconds have passed, until it is ended. Keeps no process alive. Returns what ends it. */
  every(ms: number, beat: () => void): () => void;
  /** `bytes` random bytes as lower-case hexadecimal digits. */
  randomHex(bytes: number): string;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: async (ms, signal) => {
    // An abort ends the pause; whoever slept looks at the signal next.
    await delay(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  },
  timeout: (ms) => AbortSignal.timeout(ms),
  every: (ms, beat) => {
    const timer = setInterval(beat, ms);
    timer.unref();
    return () => clearInterval(timer);
  },
  randomHex: (bytes) => randomBytes(bytes).toString('hex'),
};
