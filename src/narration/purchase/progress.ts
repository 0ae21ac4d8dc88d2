/**
 * How far a narration or a batch is.
 *
 * @module
 */

import { notify } from "../../contract/log.ts";
import type { Purchase } from "../state.ts";

/** How far a narration or a batch is. Durations are milliseconds. */
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
  /** The credits charged so far, as far as the service has said so; earlier runs included. */
  readonly creditsUsed: number;
  /** The bytes of audio of the parts that are done. */
  readonly bytes: number;
  /** The time since this run began, in milliseconds. */
  readonly elapsed: number;
  /** The time left in milliseconds, by the pace of this run; `undefined` before its first part is done. */
  readonly estimatedLeft: number | undefined;
  /** How long the present wait for a rate limit is, in milliseconds; `undefined` when there is none. */
  readonly wait: number | undefined;
}

/** Called after each step. Its errors and rejections are ignored. */
export type ProgressHook = (progress: Progress) => void;

/** Counts what is done, and calls the hook. */
export class ProgressCounter {
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

  /** Counts a change, and calls the hook. */
  changed(index: number, before: Purchase, after: Purchase): void {
    const spent = this.#credits;
    this.#count(index, before, -1);
    this.#count(index, after, 1);
    // The credits of a failed job stay spent when the part is bought again.
    this.#credits = Math.max(spent, this.#credits);
    this.notify();
  }

  /** Calls the hook. */
  notify(wait?: number): void {
    const elapsed = performance.now() - this.#start;
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
      elapsed,
      estimatedLeft: left === 0 ? 0 : made > 0 ? (elapsed / made) * left : undefined,
      wait,
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
