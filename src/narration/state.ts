import { InvalidRequestError } from "../contract/errors.ts";
import type { BoundaryKind } from "../text/mod.ts";
import type { Method } from "./method.ts";

/**
 * How far a part is.
 *
 * - `"pending"`: not submitted, or refused; nothing was charged.
 * - `"submitting"`: about to be sent, or on its way. In a state that a process left behind the same as `"unknown"`.
 * - `"unknown"`: sent, and whether it was charged is not known.
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
  /** The credits that it took, when the service has told. */
  readonly creditsUsed?: number | undefined;
  /** The length of its audio in bytes, when it is done. */
  readonly bytes?: number | undefined;
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
}

/**
 * A narration as a JSON value: what resumes it, here or in another process. It holds neither the API key nor the text, which is
 * compared by its hash. The parts' places are kept, so that it fits a later version that splits in another way.
 */
export interface NarrationState {
  /** The version of this format. */
  readonly format: 1;
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
  /** The parts, in order. Together they are the text. */
  readonly parts: readonly PartState[];
}

/** SHA-256 of a text in UTF-8, hexadecimal. */
export async function hash(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What must be the same for a state to be resumed. */
export type Facts = Omit<NarrationState, "format" | "kind" | "paragraphs" | "parts">;

/** Checks that a value is the state of this narration; it may come from anywhere. */
export function checkNarrationState(value: unknown, facts: Facts, length: number): NarrationState {
  const state = value as NarrationState;
  checkKind(state, "narration", state?.parts);
  for (const name of ["textHash", "voiceId", "speed", "version", "method"] as const) {
    if (state[name] === facts[name]) continue;
    const what = name === "textHash" ? "text" : name;
    throw new InvalidRequestError(
      `The state belongs to another narration: its ${what} differs. Give the same request, or another key.`,
      { charged: "no" },
    );
  }
  let at = 0;
  for (const { start, end, pause } of state.parts) {
    if (start !== at || !(end > start) || !Number.isSafeInteger(pause) || pause < 0) throw broken();
    at = end;
  }
  if (at !== length) throw broken();
  return state;
}

const STATUSES: readonly string[] = [
  "pending",
  "submitting",
  "unknown",
  "submitted",
  "failed",
  "done",
] satisfies PartStatus[];

/** Checks what states of narrations and of batches have in common. */
export function checkKind(
  state: { readonly format: number; readonly kind: string },
  kind: string,
  purchases: readonly Purchase[],
): void {
  if (state?.format !== 1 || state.kind !== kind || !Array.isArray(purchases)) throw broken();
  for (const { status, requestId, creditsUsed } of purchases) {
    const named = typeof requestId === "string" && requestId !== "";
    if (!STATUSES.includes(status) || (status === "submitted" && !named)) throw broken();
    if (requestId !== undefined && !named) throw broken();
    if (creditsUsed !== undefined && typeof creditsUsed !== "number") throw broken();
  }
}

function broken(): TypeError {
  return new TypeError("The state must be one that this package made: its form is another.");
}
