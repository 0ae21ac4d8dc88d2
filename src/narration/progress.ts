import { notify } from "../contract/log.ts";
import type { Purchase } from "./state.ts";

/** How far a narration or a batch is. */
export interface Progress {
  /** How many parts are done. */
  readonly partsDone: number;
  /** How many parts there are; those without anything to speak do not count. */
  readonly parts: number;
  /** How many parts the service has accepted, those that are done included. */
  readonly partsSubmitted: number;
  /** The characters of the parts that are done. */
  readonly charactersDone: number;
  /** The characters of all parts. */
  readonly characters: number;
  /** The credits charged so far, as far as the service has told; earlier runs included. */
  readonly creditsUsed: number;
  /** The bytes of audio of the parts that are done. */
  readonly bytes: number;
  /** The time since this run began, in milliseconds. */
  readonly elapsedMs: number;
  /** The time left at the pace of this run in milliseconds; `undefined` before its first part is done. */
  readonly estimatedMsLeft: number | undefined;
  /** How long it waits for a rate limit to pass now, in milliseconds; `undefined` when it does not. */
  readonly waitMs: number | undefined;
}

/** Is told how far it is. What it throws or rejects with is ignored. */
export type ProgressHook = (progress: Progress) => void;

/** Counts, and tells. */
export class Tally {
  readonly #characters: readonly number[];
  readonly #hook: ProgressHook | undefined;
  readonly #start = performance.now();
  readonly #total: number;
  readonly #parts: number;
  #done = 0;
  #submitted = 0;
  #charactersDone = 0;
  #credits = 0;
  #bytes = 0;
  #before = 0;
  #highest = 0;

  /**
   * @param characters Of each part; 0 for one that is not sent.
   * @param purchases What earlier runs did.
   */
  constructor(
    characters: readonly number[],
    purchases: readonly Purchase[],
    hook: ProgressHook | undefined,
  ) {
    this.#characters = characters;
    this.#total = characters.reduce((sum, count) => sum + count, 0);
    this.#parts = characters.filter((count) => count > 0).length;
    this.#hook = hook;
    purchases.forEach((purchase, index) => this.#count(index, purchase, 1));
    this.#before = this.#charactersDone;
  }

  /** The most credits that a character has cost so far; 0 when nothing is known. */
  get highestCost(): number {
    return this.#highest;
  }

  /** Counts a change, and tells. */
  changed(index: number, before: Purchase, after: Purchase): void {
    const spent = this.#credits;
    this.#count(index, before, -1);
    this.#count(index, after, 1);
    // What a failed job has cost stays spent when the part is bought again.
    this.#credits = Math.max(spent, this.#credits);
    this.notify();
  }

  /** Tells the hook. */
  notify(waitMs?: number): void {
    const elapsedMs = performance.now() - this.#start;
    const made = this.#charactersDone - this.#before;
    const left = this.#total - this.#charactersDone;
    notify(this.#hook, {
      partsDone: this.#done,
      parts: this.#parts,
      partsSubmitted: this.#submitted,
      charactersDone: this.#charactersDone,
      characters: this.#total,
      creditsUsed: this.#credits,
      bytes: this.#bytes,
      elapsedMs,
      estimatedMsLeft: left === 0 ? 0 : made > 0 ? (elapsedMs / made) * left : undefined,
      waitMs,
    });
  }

  #count(index: number, { status, creditsUsed = 0, bytes = 0 }: Purchase, sign: 1 | -1): void {
    const characters = this.#characters[index] ?? 0;
    if (characters === 0) return;
    this.#credits += sign * creditsUsed;
    this.#highest = Math.max(this.#highest, creditsUsed / characters);
    const done = status === "done";
    if (done || status === "submitted") this.#submitted += sign;
    if (!done) return;
    this.#done += sign;
    this.#charactersDone += sign * characters;
    this.#bytes += sign * bytes;
  }
}
