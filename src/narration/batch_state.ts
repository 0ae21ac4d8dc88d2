import { InvalidRequestError } from "../contract/errors.ts";
import type { Method } from "./method.ts";
import { checkKind, type Purchase } from "./state.ts";

/** What is known about an item of a batch. */
export interface BatchItemState extends Purchase {
  /** SHA-256 of the item's text, voice, speed and version, hexadecimal. */
  readonly hash: string;
}

/** A batch as a JSON value: what resumes it, here or in another process. It holds neither the API key nor the texts. */
export interface BatchState {
  /** The version of this format. */
  readonly format: 1;
  /** What it is. */
  readonly kind: "batch";
  /** How the items are made. */
  readonly method: Method;
  /** The items, in order. */
  readonly items: readonly BatchItemState[];
}

/** Checks that a value is the state of this batch; it may come from anywhere. */
export function checkBatchState(
  value: unknown,
  method: Method,
  hashes: readonly string[],
): BatchState {
  const state = value as BatchState;
  checkKind(state, "batch", state?.items);
  const isSame = state.method === method && state.items.length === hashes.length &&
    state.items.every(({ hash }, i) => hash === hashes[i]);
  if (isSame) return state;
  throw new InvalidRequestError(
    "The state belongs to another batch: its items or its method differ. Give the same, or another key.",
    { charged: "no" },
  );
}
