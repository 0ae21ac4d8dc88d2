/**
 * Opens narrations and batches: reads what is known about their parts, from a state or a store.
 *
 * @module
 */

import type { PartOptions, ResolvedOptions } from "./options.ts";
import { isSpoken, purchaseOf, spokenText } from "./plan.ts";
import type { JournalOptions } from "./purchase/journal.ts";
import { stateOf } from "./saved.ts";
import {
  another,
  type BatchItemState,
  type BatchState,
  checkBatchState,
  checkNarrationState,
  checkVoicing,
  type Method,
  type NarrationState,
  type PartState,
  type Purchase,
  type Voicing,
} from "./state.ts";
import {
  broken,
  forEach,
  headName,
  loadRun,
  partNames,
  type Row,
  saveRun,
} from "./store/plan_records.ts";
import { hash } from "./store/hash.ts";
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

/** Makes the options of the journal. The head of the run is saved after what is known of the parts. */
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

/** Reads the plan of a narration from a store, as a state without purchases. Purchases have records of their own. */
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

/** The hash that identifies a part or an item. */
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

/** Copies audio that version 0.1 kept under the numbers of the parts. */
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
