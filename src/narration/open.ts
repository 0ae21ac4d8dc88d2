/**
 * Opens narrations and batches: finds what is known about their parts, in a state or in a store.
 *
 * @module
 */

import type { PartOptions, ResolvedOptions } from "./options.ts";
import { isSpoken, purchaseOf, spokenText, withPurchase } from "./plan.ts";
import type { JournalOptions } from "./purchase/journal.ts";
import {
  another,
  type BatchItemState,
  type BatchState,
  checkBatchState,
  checkNarrationState,
  checkPurchase,
  checkVoicing,
  isHash,
  type Method,
  type NarrationState,
  type PartState,
  type Purchase,
  type Voicing,
} from "./state.ts";
import {
  broken,
  forEach,
  type Found,
  hash,
  headName,
  loadRecord,
  loadRun,
  parse,
  partNames,
  type Row,
  saveRun,
} from "./store/plan_records.ts";
import type { Store } from "./store/store.ts";

/** What a narration is opened with. */
export interface NarrationOpening extends Pick<ResolvedOptions, "store" | "key"> {
  readonly text: string;
  readonly voicing: Voicing;
  readonly method: Method;
  readonly cut: PartOptions;
  /** The parts as the text is cut now. */
  readonly fresh: readonly PartState[];
  readonly resume: NarrationState | undefined;
}

/** An opened narration. */
export interface OpenedNarration {
  readonly head: Omit<NarrationState, "parts">;
  /** The parts with their hashes. */
  readonly parts: readonly PartState[];
  readonly journal: JournalOptions;
}

/** Boundaries by the letter that stands for them in a plan's rows. */
const BOUNDARIES = {
  s: "sentence",
  p: "paragraph",
  c: "clause",
  w: "word",
  e: "end",
} as const satisfies Record<string, PartState["boundary"]>;

/** Opens a narration. */
export async function openNarration(opening: NarrationOpening): Promise<OpenedNarration> {
  const { text, voicing, method, cut, fresh, store, resume } = opening;
  const textHash = await hash(text);
  const cutHash = (await hash(canonical(cut))).slice(0, 16);
  const paragraphs = cut.paragraphs ?? "blank-line";
  const head = {
    format: 2,
    kind: "narration",
    textHash,
    ...voicing,
    method,
    paragraphs,
    cut: cutHash,
  } as const;
  const key = opening.key ?? await hash(JSON.stringify([textHash, voicing, cutHash]));
  const earlierKey = opening.key ??
    await hash(JSON.stringify(Object.values({ textHash, ...voicing, method })));
  const found = store === undefined ? undefined : await findRun(store, key, earlierKey);
  const state = resume === undefined ? found?.state : checkNarrationState(resume);

  const known = new Map<string, Purchase>();
  let parts = await hashed(text, voicing, fresh);
  if (state !== undefined) {
    checkVoicing(state, voicing);
    const isSameText = state.textHash === textHash;
    if (isSameText && state.parts.at(-1)?.end !== text.length) throw broken();
    if (!isSameText && state.format === 1) {
      throw another("narration", "its text differs");
    }
    const old = isSameText ? await hashed(text, voicing, state.parts) : state.parts;
    const oldNames = partNames(old.map((part) => part.hash));
    oldNames.forEach((name, i) => name && known.set(name, purchaseOf(old[i] as PartState)));
    // The places of a state win over those of a later version of the splitter, unless the options have changed.
    if (isSameText && (state.cut === undefined ? isDefault(cut) : state.cut === cutHash)) {
      parts = old;
    } else if (
      resume !== undefined &&
      !partNames(parts.map((part) => part.hash)).some((name) => name && known.has(name))
    ) {
      throw another("narration", "its text differs, and no part is the same");
    }
  }
  const names = partNames(parts.map((part) => part.hash));
  const purchases = names.map((name): Purchase =>
    name === undefined ? SILENT : known.get(name) ?? PENDING
  );
  if (found?.earlier !== undefined) await moveAudio(store as Store, found.earlier, names);
  const rows = parts.map((part): Row => [
    part.hash ?? null,
    part.end - part.start,
    part.boundary[0],
    part.pause,
  ]);
  const { kind, format: _, ...facts } = head;
  return { head, parts, journal: journalOf(store, names, purchases, { kind, key, facts, rows }) };
}

/** What a batch is opened with. */
export interface BatchOpening extends Pick<ResolvedOptions, "store" | "key" | "method"> {
  /** The hashes of the items; `undefined` for one that is not valid. */
  readonly hashes: readonly (string | undefined)[];
  readonly resume: BatchState | undefined;
}

/** Opens a batch. */
export async function openBatch(opening: BatchOpening): Promise<JournalOptions> {
  const { hashes, method, store, resume } = opening;
  const key = opening.key ?? await hash(JSON.stringify([method, hashes]));
  const found = store && await loadRun(store, "batch", key);
  const earlier = found?.earlier === undefined ? undefined : checkBatchState(found.earlier);
  const state = resume === undefined ? earlier : checkBatchState(resume);
  const names = partNames(hashes);
  const items = state?.items ?? [];
  const known = new Map<string | undefined, Purchase>();
  partNames(items.map((item) => item.hash)).forEach((name, i) => {
    const { hash: _, ...purchase } = items[i] as BatchItemState;
    known.set(name, purchase);
  });
  if (resume !== undefined && items.length > 0 && !names.some((name) => known.has(name))) {
    throw another("batch", "none of its items is in this one");
  }
  if (store?.loadAudio && store.saveAudio && earlier !== undefined) {
    for (const [index, { hash, status }] of earlier.items.entries()) {
      if (status !== "done" || hash !== hashes[index]) continue;
      const audio = await store.loadAudio(`${headName("batch", key)}/${index}`);
      if (audio !== undefined) await store.saveAudio(names[index] as string, audio);
    }
  }
  const purchases = names.map((name) => name === undefined ? PENDING : known.get(name) ?? PENDING);
  const rows = hashes.map((hash): Row => [hash ?? null]);
  return journalOf(store, names, purchases, { kind: "batch", key, facts: { method }, rows });
}

const PENDING: Purchase = { status: "pending" };
/** A part without a letter or a digit. */
const SILENT: Purchase = { status: "done", samples: 0 };

/** The journal's part of an opening. The head of the run is saved behind what is known of the parts. */
function journalOf(
  store: Store | undefined,
  names: readonly (string | undefined)[],
  known: readonly Purchase[],
  plan: Omit<Parameters<typeof saveRun>[1], "run">,
): JournalOptions {
  const run = crypto.randomUUID();
  const claim = async (store: Store) => ({
    name: headName(plan.kind, plan.key),
    version: await saveRun(store, { ...plan, run }),
  });
  return { names, known, store, run, claim };
}

/**
 * Reads the state of a narration from a store, without its text and without changing anything.
 *
 * @param store The store.
 * @param key The key of the narration, as it was given to {@linkcode narrate}.
 * @returns Its state; `undefined` when the store has none under this key.
 * @throws {TypeError} when the store holds what this package has not made.
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
 * @throws {TypeError} when the store holds what this package has not made.
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

/** What a store has of a narration: its plan as a state without purchases, which stand in records of their own. */
async function findRun(store: Store, key: string, earlierKey: string): Promise<{
  readonly state: NarrationState | undefined;
  readonly earlier?: { readonly key: string; readonly state: NarrationState } | undefined;
}> {
  let found = await loadRun(store, "narration", key);
  if (found.head === undefined && found.earlier === undefined && earlierKey !== key) {
    const older = await loadRun(store, "narration", earlierKey);
    if (older.earlier !== undefined) found = older;
  }
  if (found.earlier !== undefined) {
    const state = checkNarrationState(found.earlier);
    return { state, earlier: { key: earlierKey, state } };
  }
  const state = stateOf(found);
  return { state };
}

/** A plan as a state without purchases. */
function stateOf({ head, rows }: Found): NarrationState | undefined {
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

/** What a part or an item is known by. */
export async function contentHash(text: string, voicing: Voicing): Promise<string> {
  const { voiceId, speed, version } = voicing;
  return await hash(JSON.stringify([text, voiceId, speed, version]));
}

/** The parts with the hashes of their content. */
async function hashed(
  text: string,
  voicing: Voicing,
  parts: readonly PartState[],
): Promise<readonly PartState[]> {
  return await forEach(
    parts,
    async (part) =>
      isSpoken(text, part)
        ? { ...part, hash: await contentHash(spokenText(text, part), voicing) }
        : { ...part, hash: undefined },
  );
}

/** Copies audio that version 0.1 has kept under the numbers of the parts. */
async function moveAudio(
  store: Store,
  { key, state }: { readonly key: string; readonly state: NarrationState },
  names: readonly (string | undefined)[],
): Promise<void> {
  if (!store.loadAudio || !store.saveAudio) return;
  // Without the same places the numbers mean nothing.
  if (names.length !== state.parts.length) return;
  for (const [index, { status, samples = 0 }] of state.parts.entries()) {
    const name = names[index];
    if (name === undefined || status !== "done") continue;
    const audio = await store.loadAudio(`${headName("narration", key)}/${index}`);
    if (audio?.length === samples * 2) await store.saveAudio(name, audio);
  }
}

function isDefault({ paragraphs, ...rest }: PartOptions): boolean {
  return (paragraphs ?? "blank-line") === "blank-line" &&
    Object.values(rest).every((value) => value === undefined);
}

/** Options as one string, whatever their order. */
function canonical(options: PartOptions): string {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined)
    .map(([name, value]) => [
      name,
      typeof value === "object" ? Object.entries(value as object).sort() : value,
    ]);
  return JSON.stringify(entries.sort(([a], [b]) => (`${a}` < `${b}` ? -1 : 1)));
}
