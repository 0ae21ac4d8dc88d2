/**
 * Decides when to ask for a job again. Each client learns from the jobs that it has seen end.
 *
 * @module
 */

/** How long one job took. */
interface Sample {
  /** The number of characters of its text. */
  readonly length: number;
  /** The time from its submission to its end, in milliseconds. */
  readonly ms: number;
}

/** Enough to know the spread, and few enough to follow a load that changes. */
const MAX_SAMPLES = 40;

/** With fewer samples the client polls once a second. */
const MIN_SAMPLES = 3;

/** How much each newer job counts more than the one before it. */
const WEIGHT_PER_JOB = 1.03;

/** The interval while nothing is known, and the shortest and the longest, in milliseconds. */
const FIXED_MS = 1_000, MIN_INTERVAL_MS = 100, MAX_INTERVAL_MS = 5_000;

/** The polls that a plan may expect, as a part of those of a fixed second. Simulated jobs take 4 to 8 % fewer than expected. */
const BUDGET = 1.04;

/** The plans are made anew after this many jobs, which takes a few tenths of a millisecond. */
const REPLAN = 4;

/** What a poll costs in the plans, as a part of the expected time: from many polls to one. */
const PRICES = Array.from({ length: 16 }, (_, i) => 0.0003 * 1.7 ** i);

/** A job that takes this many times the median is left out of the line. */
const OUTLIER = 3;

/** A job as a part of its expected time, and how much it counts. The weights of all add up to 1. */
interface Factor {
  readonly factor: number;
  readonly weight: number;
}

/** Where to poll, as parts of the expected time, and how many polls a job then takes on average. */
interface Plan {
  readonly at: readonly number[];
  readonly polls: number;
}

/**
 * Predicts the end of jobs. The expected time is a straight line over the length of the text, fitted to the last jobs. How far
 * those jobs were off the line is the distribution into which polls are placed: the plan with the least delay that takes no more
 * polls than a fixed second. A job that takes longer than all before it is polled like a fixed second.
 */
export class PollSchedule {
  readonly #samples: Sample[] = [];
  #unplanned = 0;
  #base = 0;
  #slope = 0;
  #factors: readonly Factor[] = [];
  /** From many polls to few. Made anew after a job has ended. */
  #plans: readonly Plan[] | undefined;

  /**
   * Learns from a job that has ended.
   *
   * @param length The number of characters of its text.
   * @param ms The time from its submission to its end, in milliseconds: the service's own, or what was seen.
   */
  learn(length: number, ms: number): void {
    if (!(ms > 0) || !Number.isFinite(ms) || !(length >= 0)) return;
    this.#samples.push({ length, ms });
    if (this.#samples.length > MAX_SAMPLES) this.#samples.shift();
    if (++this.#unplanned >= REPLAN || this.#samples.length < 4 * REPLAN) this.#plans = undefined;
  }

  /**
   * How long to wait before the next poll of a job, in milliseconds.
   *
   * @param age The time since its submission, in milliseconds.
   * @param length The number of characters of its text; `undefined` when that is not known.
   * @param first Whether the job has not been polled yet.
   */
  next(age: number, length: number | undefined, first = false): number {
    const unforeseen = Math.min(Math.max(FIXED_MS, age / 30), MAX_INTERVAL_MS);
    if (!this.hasLearned) return unforeseen;
    const plans = this.#plans ??= this.#plan();
    const expected = this.#expect(length);
    const fixed = this.#factors.reduce(
      (sum, { factor, weight }) => sum + weight * Math.ceil(factor * expected / FIXED_MS),
      0,
    );
    const plan = plans.find(({ polls }) => polls <= fixed * BUDGET) ?? plans.at(-1) as Plan;
    const least = first ? age : age + MIN_INTERVAL_MS;
    const poll = plan.at.find((part) => part * expected >= least);
    return poll === undefined ? unforeseen : Math.min(poll * expected - age, MAX_INTERVAL_MS);
  }

  /** Whether enough jobs have ended to predict the next. */
  get hasLearned(): boolean {
    return this.#samples.length >= MIN_SAMPLES;
  }

  /** The expected time of a job, in milliseconds. */
  #expect(length: number | undefined): number {
    const samples = this.#samples;
    const known = length ?? samples.reduce((sum, one) => sum + one.length, 0) / samples.length;
    return Math.max(this.#base + this.#slope * known, 1);
  }

  /** Fits the line, measures how far the jobs are off it, and makes the plans. */
  #plan(): readonly Plan[] {
    this.#unplanned = 0;
    const weights = this.#samples.map((_, i) => WEIGHT_PER_JOB ** i);
    this.#fit(weights);
    const factors = this.#factorsOf(weights);
    // A job that took far longer than the others says nothing about the line.
    const most = OUTLIER * (factors[factors.length >> 1] as Factor).factor;
    this.#fit(weights.map((weight, i) => {
      const { length, ms } = this.#samples[i] as Sample;
      return ms > most * this.#expect(length) ? 0 : weight;
    }));
    this.#factors = smooth(this.#factorsOf(weights));
    return PRICES.map((price) => planFor(this.#factors, price));
  }

  /** Fits the line by weighted least squares: the newest jobs count most. */
  #fit(weights: readonly number[]): void {
    let [w, x, y, xx, xy] = [0, 0, 0, 0, 0];
    this.#samples.forEach(({ length, ms }, i) => {
      const weight = weights[i] as number;
      w += weight;
      x += weight * length;
      y += weight * ms;
      xx += weight * length * length;
      xy += weight * length * ms;
    });
    const variance = w * xx - x * x;
    // A longer text never takes less time; texts of one length say nothing about others.
    const slope = variance > 1e-6 * w * xx ? Math.max(0, (w * xy - x * y) / variance) : 0;
    this.#slope = x > 0 ? Math.min(slope, y / x) : 0;
    this.#base = (y - this.#slope * x) / w;
  }

  #factorsOf(weights: readonly number[]): Factor[] {
    const sum = weights.reduce((sum, weight) => sum + weight, 0);
    return this.#samples
      .map(({ length, ms }, i) => ({
        factor: ms / this.#expect(length),
        weight: weights[i] as number / sum,
      }))
      .sort((a, b) => a.factor - b.factor);
  }
}

/** Spreads each job over the distance to its neighbours: the next job falls between those that were. */
function smooth(factors: readonly Factor[]): Factor[] {
  return factors.flatMap(({ factor, weight }, i) => {
    const before = factors[i - 1]?.factor ?? factor * 0.9;
    const after = factors[i + 1]?.factor ?? factor * 1.1;
    const [from, to] = [(before + factor) / 2, (factor + after) / 2];
    return [(from + to) / 2, to].map((factor) => ({ factor, weight: weight / 2 }));
  });
}

/** Places polls at the least sum of delay and price, by dynamic programming from the last poll to the first. */
function planFor(factors: readonly Factor[], price: number): Plan {
  const count = factors.length;
  const cost = new Float64Array(count + 1);
  const polls = new Float64Array(count + 1);
  const next = new Int32Array(count + 1);
  let possible = 0;
  for (let i = count - 1; i >= 0; i--) {
    possible += (factors[i] as Factor).weight;
    cost[i] = Infinity;
    // The jobs i to j end before a poll at j: their delays, step by step.
    let delay = 0;
    let ended = 0;
    for (let j = i; j < count; j++) {
      const { factor, weight } = factors[j] as Factor;
      if (j > i) delay += ended * (factor - (factors[j - 1] as Factor).factor);
      ended += weight;
      const sum = delay + price * possible + (cost[j + 1] as number);
      if (sum >= (cost[i] as number)) continue;
      cost[i] = sum;
      next[i] = j;
      polls[i] = possible + (polls[j + 1] as number);
    }
  }
  const at: number[] = [];
  for (let i = 0; i < count; i = (next[i] as number) + 1) {
    at.push((factors[next[i] as number] as Factor).factor);
  }
  return { at, polls: polls[0] as number };
}
