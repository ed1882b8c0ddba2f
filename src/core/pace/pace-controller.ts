/** Why a pace is what it is. `most`: as fast as it may ever be. */
export const paceReasons = ['starting', 'growing', 'most', 'fixed', 'refused', 'busy', 'slow'] as const;
export type PaceWhy = (typeof paceReasons)[number];

/** How fast it may be. */
export interface PaceBounds {
  /** Requests at once, at the beginning and at most. */
  start: number;
  most: number;
  /** Requests a minute, spread evenly; absent where nothing is known. */
  perMinute?: number;
  /** Answers do not change how many are at once. */
  fixed?: boolean;
}

/**
 * How a request ended. `refused`: it came too soon or was one too many. `busy`: the other side is overloaded. `none`: it
 * tells nothing of the pace.
 */
export type PaceSignal = 'well' | 'refused' | 'busy' | 'none';

/** How fast it goes: requests under way, the most at once, the most a minute where the other side has set that. */
export interface PaceState {
  now: number;
  limit: number;
  perMinute: number | null;
  why: PaceWhy;
}

/** One request that was let go. */
export interface Turn {
  /** When, in milliseconds since 1970. */
  readonly at: number;
  /** How many had left by then. */
  readonly number: number;
  /** No other was under way, nor had left within a second. */
  readonly first: boolean;
}

/** Between two cuts, in milliseconds: what happens sooner tells of what was cut already. */
const roundMs = 1000;

/** The longest pause that the other side may ask for, in milliseconds. */
const maxPauseMs = 60_000;

/** How long nothing but refusals may come until that is called a standstill, in milliseconds. */
const standstillMs = 120_000;

/** The slowest, in requests a millisecond. */
const leastRate = 1 / 20_000;

/** How long a learnt rate is kept until more is tried, in milliseconds; by how much more at first, and at most. */
const holdMs = 2500;
const firstStep = 0.08;
const mostGrowth = 1.5;

/** The same while hardly anything was answered well: what was refused by then may have been for others' haste. */
const ramp = { least: 5, ms: 1000, growth: 2 };

/** Just below what was taken, so that the next one need not be refused. */
const margin = 0.96;

/** What is looked back on to see a rate: so many events at least, and so many milliseconds at least and at most. */
const seen = { least: 20, leastMs: 2000, mostMs: 10_000 };

/** Who was late may be early by as much the next time, in milliseconds: timers are coarse. */
const creditMs = 100;

/** From when on the host counts as slow: so many times as long as at its best, and so many milliseconds longer. */
const slow = { times: 8, ms: 1000 };

/**
 * How many requests may be under way, and how often one may leave. It starts small; a round of good answers triples what
 * is at once. A refusal, an overloaded host, or one that gets slower, halves it, once a round; then it comes back fast to what
 * was taken, and from there by one a round. A refusal also shows how many a second are taken: from then on no more leave,
 * until that has gone well for a while. Pure: time is handed in, in milliseconds since 1970.
 */
export class PaceController {
  readonly #bounds: PaceBounds;
  readonly #mostRate: number;
  #limit: number;
  /** Up to here it grows fast. */
  #safe = Infinity;
  #rate = Infinity;
  #step = firstStep;
  /** What has gone well for a while, and where the last refusal came. */
  #good: number | null = null;
  #edge = Infinity;
  #heldSince = 0;
  #ramps = false;
  #wells = 0;
  #why: PaceWhy;
  #active = 0;
  #begun = 0;
  #nextAt = 0;
  #pausedUntil = 0;
  #lastAt = -Infinity;
  /** When as many were under way as may be. */
  #fullAt = -Infinity;
  #cutAt = -Infinity;
  #refusedSince: number | null = null;
  /** When requests left that were not refused so far, and when good answers came. */
  readonly #left = new Recent();
  readonly #answered = new Recent();
  /** How long good answers take. */
  #tookMs = 0;
  #hostMs = { best: Infinity, recent: 0 };

  constructor(bounds: PaceBounds) {
    this.#bounds = bounds;
    this.#limit = Math.min(bounds.start, bounds.most);
    this.#mostRate = bounds.perMinute === undefined ? Infinity : bounds.perMinute / (60_000 + creditMs);
    this.#why = bounds.fixed === true ? 'fixed' : 'starting';
  }

  /** How long the next request has to wait, in milliseconds; `Infinity`: until one has ended. */
  waitMs(now: number): number {
    if (this.#active >= Math.floor(this.#limit)) return Infinity;
    return Math.max(0, this.#nextAt - now, this.#pausedUntil - now);
  }

  /** One leaves now. */
  begin(now: number): Turn {
    const first = this.#active === 0 && now - this.#lastAt >= roundMs;
    this.#active += 1;
    this.#begun += 1;
    this.#lastAt = now;
    this.#left.add(now);
    const rate = Math.min(this.#rate, this.#mostRate);
    if (rate !== Infinity) this.#nextAt = Math.max(this.#nextAt, now - creditMs) + 1 / rate;
    if (this.#active >= Math.floor(this.#limit)) this.#fullAt = now;
    return { at: now, number: this.#begun, first };
  }

  /**
   * One has ended so. `retryAfterMs`: how long the other side wants to be left alone. Returns how long that is, in
   * milliseconds, where it is news.
   */
  end(turn: Turn, signal: PaceSignal, now: number, retryAfterMs = 0): number {
    this.#active -= 1;
    if (signal === 'well') this.#wentWell(turn, now);
    if (signal !== 'refused' && signal !== 'busy') return 0;
    if (signal === 'refused') {
      this.#refusedSince ??= now;
      this.#left.drop(turn.at);
    }
    const pauseMs = Math.min(retryAfterMs, maxPauseMs);
    const isNews = now >= this.#pausedUntil;
    this.#pausedUntil = Math.max(this.#pausedUntil, now + pauseMs);
    // Where fewer were under way than may be, it is the rate that was too high.
    const isRate = signal === 'refused' && this.#rate !== Infinity && this.#fullAt < turn.at;
    if (turn.at >= this.#cutAt && now >= this.#cutAt + roundMs) this.#cut(signal, now, isRate);
    return isNews ? pauseMs : 0;
  }

  /** A request took so long that the host answers by itself. */
  felt(ms: number, now: number): void {
    const { best, recent } = this.#hostMs;
    const next = { best: Math.min(best, ms), recent: recent === 0 ? ms : recent + (ms - recent) / 8 };
    this.#hostMs = next;
    if (next.recent < Math.max(next.best * slow.times, next.best + slow.ms) || now < this.#cutAt + roundMs) return;
    this.#cut('slow', now);
    this.#hostMs = { ...next, recent: next.best };
  }

  /** Whether no other has been near it until now: if it is refused, it was not for the pace. */
  isAlone({ first, number }: Turn): boolean {
    return first && number === this.#begun;
  }

  /** Whether nothing but refusals came for so long that more of them are no news. */
  standsStill(now: number): boolean {
    return this.#refusedSince !== null && now - this.#refusedSince >= standstillMs;
  }

  state(): PaceState {
    const rate = Math.min(this.#rate, this.#mostRate);
    return {
      now: this.#active,
      limit: Math.floor(this.#limit),
      perMinute: rate === Infinity ? null : Math.max(1, Math.round(rate * 60_000)),
      why: this.#why,
    };
  }

  #wentWell({ at }: Turn, now: number): void {
    this.#refusedSince = null;
    this.#wells += 1;
    this.#tookMs = this.#tookMs === 0 ? now - at : this.#tookMs + (now - at - this.#tookMs) / 8;
    this.#answered.add(now);
    this.#tryFaster(now);
    const { fixed, most } = this.#bounds;
    // More would have left, had they been let go.
    if (fixed === true || this.#fullAt < at || at < this.#cutAt) return;
    const more = this.#safe === Infinity ? 2 : this.#limit < this.#safe ? 1 : 1 / this.#limit;
    this.#limit = Math.min(most, this.#limit + more);
    this.#why = this.#limit >= most ? 'most' : 'growing';
  }

  /**
   * What has gone well for a while may go faster: half the way to where it was refused, and that is forgotten bit by bit, and
   * ever more so.
   */
  #tryFaster(now: number): void {
    if (this.#rate === Infinity || now < this.#heldSince + (this.#ramps ? Math.max(ramp.ms, this.#tookMs) : holdMs))
      return;
    this.#heldSince = now;
    this.#good = this.#rate;
    if (this.#ramps) {
      this.#rate *= ramp.growth;
      this.#edge = this.#rate;
      if (this.#rate > 1) this.#rate = Infinity;
      return;
    }
    this.#edge *= 1 + this.#step;
    this.#step = Math.min(1, this.#step * 2);
    this.#rate = Math.max(this.#rate, Math.min((this.#rate + this.#edge) / 2, this.#rate * mostGrowth));
    // Faster than that, it is how many are at once that decides.
    if (this.#rate > 1) this.#rate = Infinity;
  }

  #cut(why: 'refused' | 'busy' | 'slow', now: number, isRate = false): void {
    this.#cutAt = now;
    if (why === 'refused') this.#slowDown(now);
    if (this.#bounds.fixed === true) return;
    this.#why = why;
    if (isRate) return;
    const half = Math.max(1, this.#limit / 2);
    // As many as the rate keeps under way are no risk.
    this.#safe = Math.max(half, why === 'refused' ? Math.ceil(this.#rate * this.#tookMs) : 0);
    this.#limit = half;
  }

  /** Back to what went well; where nothing has, to what is taken, by half at most: what was under way tells of before. */
  #slowDown(now: number): void {
    const taken = this.#answered.rate(now) * margin;
    const before = this.#rate;
    this.#ramps = this.#wells < ramp.least;
    this.#step = firstStep;
    this.#heldSince = now;
    // Whatever is under way when the first refusal comes was taken, as far as is known.
    if (before === Infinity) this.#rate = Math.max(leastRate, this.#left.rate(now));
    else if (this.#good !== null && this.#good < before) this.#rate = this.#good;
    else this.#rate = Math.max(leastRate, before / 2, Math.min(before, taken));
    // It has to go well anew.
    this.#good = null;
    this.#edge = before === Infinity ? this.#rate : before;
  }
}

/** Moments, as far back as a rate is seen in them. */
class Recent {
  #moments: number[] = [];

  add(now: number): void {
    this.#moments.push(now);
  }

  drop(moment: number): void {
    const index = this.#moments.lastIndexOf(moment);
    if (index !== -1) this.#moments.splice(index, 1);
  }

  /** How many there were in a millisecond. */
  rate(now: number): number {
    this.#forget(now);
    const [first = now] = this.#moments;
    return this.#moments.length / Math.max(roundMs, now - first);
  }

  #forget(now: number): void {
    const { length } = this.#moments;
    const old = this.#moments.findIndex(
      (at, index) => at >= now - seen.leastMs || (index >= length - seen.least && at >= now - seen.mostMs),
    );
    this.#moments.splice(0, old === -1 ? length : old);
  }
}
