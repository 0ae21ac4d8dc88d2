/**
 * Narrations and batches as JSON values, and the checks of values that come from elsewhere.
 *
 * @module
 */

import { InvalidRequestError } from "../contract/errors.ts";
import type { BoundaryKind } from "../text/split/part.ts";
import { broken } from "./store/plan_records.ts";

/** How a part becomes audio: by a job and a download, or by a stream. */
export type Method = "generate" | "stream";

/**
 * How far the purchase of a part is.
 *
 * - `"pending"`: not submitted, or refused; nothing was charged.
 * - `"submitting"`: about to be sent, or on its way. In a state that a killed process left it means the same as
 *   `"unknown"`.
 * - `"unknown"`: sent, and it is not known whether it was charged.
 * - `"submitted"`: accepted and paid for; its `requestId` leads to it.
 * - `"failed"`: paid for, but there is no audio: the job FAILED, or the stream broke. Resuming buys it again.
 * - `"done"`: its audio has come.
 */
export type PartStatus = "pending" | "submitting" | "unknown" | "submitted" | "failed" | "done";

/** What is known about the purchase of a part. */
export interface Purchase {
  /** How far it is. */
  readonly status: PartStatus;
  /** The id of its job, from the moment it is known. */
  readonly requestId?: string | undefined;
  /** The credits that it took, when the service has said so. */
  readonly creditsUsed?: number | undefined;
  /** When its job was accepted, in milliseconds since 1970. */
  readonly submittedAt?: number | undefined;
  /** The length of its audio in bytes as the store keeps it, when it is done. */
  readonly bytes?: number | undefined;
  /** The length of its audio in samples, when it is done and its samples are known. */
  readonly samples?: number | undefined;
  /** The silence at the beginning of its audio, in samples. Default 0. */
  readonly lead?: number | undefined;
  /** The silence at the end of its audio, in samples. Default 0. */
  readonly tail?: number | undefined;
}

/** A part of a narration and what is known about it. */
export interface PartState extends Omit<Purchase, "bytes"> {
  /** Where it starts in the text, in UTF-16 code units. */
  readonly start: number;
  /** Where it ends, exclusive, in UTF-16 code units. */
  readonly end: number;
  /** What follows it in the text. */
  readonly boundary: BoundaryKind;
  /** The pause after it, in samples. */
  readonly pause: number;
  /** The length of its audio in samples, when it is done; 0 for a part without a letter or a digit, which is never sent. */
  readonly samples?: number | undefined;
  /**
   * SHA-256 of its text, voice, speed and version, hexadecimal. It identifies the purchase. `undefined` in states of
   * format 1, and for a part that is never sent.
   */
  readonly hash?: string | undefined;
}

/**
 * A narration as a JSON value, with which this or another process resumes it. It holds neither the API key nor the
 * text, which is compared by its hash. It keeps the places of the parts, so it also fits a later version that splits in
 * another way.
 */
export interface NarrationState {
  /** The version of this format. Version 0.1 of the SDK wrote 1, which is still read. */
  readonly format: 1 | 2;
  /** What it is. */
  readonly kind: "narration";
  /** SHA-256 of the text in UTF-8, hexadecimal. */
  readonly textHash: string;
  /** The voice. */
  readonly voiceId: string;
  /** The speed. */
  readonly speed: number;
  /** The model version. */
  readonly version: string;
  /** How the parts are made. */
  readonly method: Method;
  /** What ends a paragraph, as it was split. */
  readonly paragraphs: "blank-line" | "line";
  /** A hash of the options by which the text was cut; `undefined` in states of format 1. */
  readonly cut?: string | undefined;
  /** The parts, in order. Together they are the text. */
  readonly parts: readonly PartState[];
}

/** What is known about an item of a batch. */
export interface BatchItemState extends Purchase {
  /** SHA-256 of the item's text, voice, speed and version, hexadecimal. It identifies the purchase. */
  readonly hash: string;
}

/** A batch as a JSON value, with which this or another process resumes it. It holds neither the API key nor the texts. */
export interface BatchState {
  /** The version of this format. Version 0.1 of the SDK wrote 1, which is still read. */
  readonly format: 1 | 2;
  /** What it is. */
  readonly kind: "batch";
  /** How the items are made. */
  readonly method: Method;
  /** The items, in order. */
  readonly items: readonly BatchItemState[];
}

/** The longest pause, in samples: an hour. */
export const MAX_PAUSE_SAMPLES: number = 24_000 * 3_600;

/** The fields that must be the same before the parts of a state are used. */
export type Voicing = Pick<NarrationState, "voiceId" | "speed" | "version">;

/** Checks that a value is the state of a narration; it may come from anywhere. */
export function checkNarrationState(value: unknown): NarrationState {
  const state = value as NarrationState;
  checkKind(state, "narration", state?.parts);
  if (state.method !== "generate" && state.method !== "stream") throw broken();
  if (state.paragraphs !== "blank-line" && state.paragraphs !== "line") throw broken();
  let at = 0;
  for (const part of state.parts) {
    const { start, end } = part;
    if (start !== at || !Number.isSafeInteger(end) || end <= start) throw broken();
    if (!isCount(part.pause) || part.pause > MAX_PAUSE_SAMPLES) throw broken();
    if (!BOUNDARIES.includes(part.boundary)) throw broken();
    if (part.hash !== undefined && !isHash(part.hash)) throw broken();
    at = end;
  }
  return state;
}

/** Checks that a narration's state was made with the same voice, speed and version. */
export function checkVoicing(state: Partial<Voicing>, voicing: Voicing): void {
  for (const name of ["voiceId", "speed", "version"] as const) {
    if (state[name] !== voicing[name]) throw another("narration", `its ${name} differs`);
  }
}

/** Checks that a value is the state of a batch; it may come from anywhere. */
export function checkBatchState(value: unknown): BatchState {
  const state = value as BatchState;
  checkKind(state, "batch", state?.items);
  for (const { hash } of state.items) if (!isHash(hash) && hash !== EMPTY) throw broken();
  return state;
}

/** The hash of an item that is not valid, in states of batches. */
export const EMPTY = "";

/** The error for a state that has nothing to do with the request. */
export function another(kind: "narration" | "batch", why: string): InvalidRequestError {
  return new InvalidRequestError(
    `The state must belong to this ${kind}: it is of another ${kind}, because ${why}. ` +
      "Give the same request, or another key.",
    { charged: "no" },
  );
}

/** Checks what is known about a purchase; it may come from anywhere. */
export function checkPurchase(value: unknown): Purchase {
  const purchase = value as Purchase;
  if (typeof purchase !== "object" || purchase === null) throw broken();
  const { status, requestId, creditsUsed, submittedAt, bytes, samples, lead, tail } = purchase;
  const isNamed = typeof requestId === "string" && requestId !== "";
  if (!STATUSES.includes(status) || (status === "submitted" && !isNamed)) throw broken();
  if (requestId !== undefined && !isNamed) throw broken();
  for (const number of [creditsUsed, submittedAt]) {
    if (number !== undefined && !(Number.isFinite(number) && number >= 0)) throw broken();
  }
  for (const count of [bytes, samples, lead, tail]) {
    if (count !== undefined && !isCount(count)) throw broken();
  }
  if ((lead ?? 0) + (tail ?? 0) > (samples ?? 0)) throw broken();
  return purchase;
}

function checkKind(
  state: { readonly format: number; readonly kind: string },
  kind: string,
  purchases: readonly Purchase[],
): void {
  const isKnown = state?.format === 1 || state?.format === 2;
  if (!isKnown || state.kind !== kind || !Array.isArray(purchases)) throw broken();
  purchases.forEach(checkPurchase);
}

const STATUSES: readonly string[] = [
  "pending",
  "submitting",
  "unknown",
  "submitted",
  "failed",
  "done",
] satisfies PartStatus[];

const BOUNDARIES: readonly string[] = [
  "sentence",
  "paragraph",
  "clause",
  "word",
  "end",
] satisfies BoundaryKind[];

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Whether a value is a SHA-256 in hexadecimal. */
export function isHash(value: unknown): value is string {
  return typeof value === "string" && /^[\da-f]{64}$/.test(value);
}
