/**
 * Reads narrations and batches from a store, as states.
 *
 * @module
 */

import { check } from "../lib/rules.ts";
import { KEY, STORE } from "./options.ts";
import { withPurchase } from "./plan.ts";
import {
  type BatchState,
  checkBatchState,
  checkNarrationState,
  checkPurchase,
  isHash,
  type Method,
  type NarrationState,
  type PartState,
  type Purchase,
} from "./state.ts";
import {
  broken,
  forEach,
  type Found,
  loadRecord,
  loadRun,
  parse,
  partNames,
} from "./store/plan_records.ts";
import type { Store } from "./store/store.ts";

/**
 * Reads the state of a narration from a store, without its text and without changing anything.
 *
 * @param store The store.
 * @param key The key of the narration, as it was given to {@linkcode narrate}.
 * @returns Its state; `undefined` when the store has none under this key.
 * @throws {TypeError} when `store` is not a store, `key` is not a string, or the store holds what this package has not made.
 * @throws {RangeError} when `key` has not 1 to 128 characters.
 *
 * @example
 * ```ts
 * import { savedNarration, type Store } from "@tsetsen/sdk/narration";
 *
 * async function partsLeft(store: Store): Promise<number | undefined> {
 *   const state = await savedNarration(store, "book");
 *   return state?.parts.filter(({ status }) => status !== "done").length;
 * }
 * ```
 */
export async function savedNarration(
  store: Store,
  key: string,
): Promise<NarrationState | undefined> {
  check("store", store, STORE);
  check("key", key, KEY);
  const found = await loadRun(store, "narration", key);
  if (found.earlier !== undefined) return checkNarrationState(found.earlier);
  const state = stateOf(found);
  if (state === undefined) return undefined;
  const purchases = await loadPurchases(store, state.parts.map((part) => part.hash));
  const parts = state.parts.map((part, i) => withPurchase(part, purchases[i] ?? SILENT));
  return { ...state, parts };
}

/**
 * Reads the state of a batch from a store, without changing anything.
 *
 * @param store The store.
 * @param key The key of the batch, as it was given to {@linkcode batch}.
 * @returns Its state; `undefined` when the store has none under this key.
 * @throws {TypeError} when `store` is not a store, `key` is not a string, or the store holds what this package has not made.
 * @throws {RangeError} when `key` has not 1 to 128 characters.
 *
 * @example
 * ```ts
 * import { savedBatch, type Store } from "@tsetsen/sdk/narration";
 *
 * async function itemsLeft(store: Store): Promise<number | undefined> {
 *   const state = await savedBatch(store, "announcements");
 *   return state?.items.filter(({ status }) => status !== "done").length;
 * }
 * ```
 */
export async function savedBatch(store: Store, key: string): Promise<BatchState | undefined> {
  check("store", store, STORE);
  check("key", key, KEY);
  const { head, rows, earlier } = await loadRun(store, "batch", key);
  if (earlier !== undefined) return checkBatchState(earlier);
  if (head === undefined) return undefined;
  const hashes = rows.map(([hash]) => hash === null ? undefined : hash as string);
  const purchases = await loadPurchases(store, hashes);
  const items = hashes.map((hash = "", i) => ({ hash, ...purchases[i] ?? PENDING }));
  return checkBatchState({ format: 2, kind: "batch", method: head["method"] as Method, items });
}

/** What a store has of each part; `undefined` for a part that is never sent. */
async function loadPurchases(
  store: Store,
  hashes: readonly (string | undefined)[],
): Promise<(Purchase | undefined)[]> {
  return await forEach(partNames(hashes), async (name) => {
    const record = name === undefined ? undefined : await loadRecord(store, name);
    if (record === undefined) return name === undefined ? undefined : PENDING;
    const { run: _run, at: _at, ...purchase } = parse(record.value) as Purchase & {
      run?: string;
      at?: number;
    };
    return checkPurchase(purchase);
  });
}

/** A plan as a state without purchases. */
export function stateOf({ head, rows }: Found): NarrationState | undefined {
  if (head === undefined) return undefined;
  let at = 0;
  const parts = rows.map((row): PartState => {
    const [partHash, length, letter, pause] = row as [unknown, number, string, number];
    if (partHash !== null && !isHash(partHash)) throw broken();
    const boundary = BOUNDARIES[letter as keyof typeof BOUNDARIES];
    const place = { start: at, end: at += length, boundary, pause };
    return partHash === null
      ? { ...place, status: "done", samples: 0 }
      : { ...place, status: "pending", hash: partHash };
  });
  const { textHash, voiceId, speed, version, method, paragraphs, cut } =
    head as unknown as NarrationState;
  return checkNarrationState({
    format: 2,
    kind: "narration",
    textHash,
    voiceId,
    speed,
    version,
    method,
    paragraphs,
    cut,
    parts,
  });
}

/** Boundaries by the letter that stands for them in a plan's rows. */
const BOUNDARIES = {
  s: "sentence",
  p: "paragraph",
  c: "clause",
  w: "word",
  e: "end",
} as const satisfies Record<string, PartState["boundary"]>;

const PENDING: Purchase = { status: "pending" };
/** A part without a letter or a digit. */
const SILENT: Purchase = { status: "done", samples: 0 };
