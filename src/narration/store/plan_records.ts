/**
 * The records of a run: its head, which is the fence, and the pages of its plan.
 *
 * @module
 */

import { describe } from "../../lib/rules.ts";
import { hash } from "./hash.ts";
import type { Store, StoredRecord } from "./store.ts";

/** What a run makes. */
export type RunKind = "narration" | "batch";

/** A row of a plan in a record: the hash of a part, and what else its kind of run needs. */
export type Row = readonly unknown[];

/** The head of a run, besides the facts of its own kind. */
export interface Head {
  /** The version of the form of the records. */
  readonly format: 2;
  /** What the run makes. */
  readonly kind: RunKind;
  /** The names of the pages that hold the rows of the plan, in order. */
  readonly pages: readonly string[];
  /** The run that opened it last. */
  readonly run: string;
}

/** What a store has under a key. */
export interface Found {
  /** The head; `undefined` when there is none, or a state of an earlier version stands there. */
  readonly head?: (Head & Readonly<Record<string, unknown>>) | undefined;
  /** The rows of its plan. */
  readonly rows: readonly Row[];
  /** A state of format 1. */
  readonly earlier?: unknown;
}

/** The most bytes of a page: Deno KV takes values of 64 KiB. */
const PAGE_BYTES = 50_000;

/** How many records are read or written at once. */
const CONCURRENCY = 32;

/** The name of the head of a run. */
export function headName(kind: RunKind, key: string): string {
  return `${kind}/${key}`;
}

/** The name of a part's record and audio. Equal parts of one run are counted, because each is bought. */
export function partNames(hashes: readonly (string | undefined)[]): (string | undefined)[] {
  const seen = new Map<string, number>();
  return hashes.map((hash) => {
    if (hash === undefined) return undefined;
    const count = seen.get(hash) ?? 0;
    seen.set(hash, count + 1);
    return count === 0 ? `part/${hash}` : `part/${hash}.${count}`;
  });
}

/** Reads a record, and checks what the store gives. */
export async function loadRecord(store: Store, name: string): Promise<StoredRecord | undefined> {
  const record = await store.load(name);
  if (record === undefined || record === null) return undefined;
  if (typeof record.value === "string" && typeof record.version === "string") return record;
  throw new TypeError(
    "store.load must resolve with { value, version }, both strings, or with undefined: got another form. " +
      "docs/stores.md says what a store must do.",
  );
}

/** Saves a record, and checks what the store gives. @returns Its version; `undefined` when the store refuses it. */
export async function saveRecord(
  store: Store,
  name: string,
  value: string,
  follows: string | undefined,
): Promise<string | undefined> {
  // Many database clients return null instead of undefined.
  const version: unknown = await store.save(name, value, follows) ?? undefined;
  if (version === undefined || typeof version === "string") return version;
  throw new TypeError(
    `store.save must resolve with the new version, a string, or with undefined: got ${
      describe(version)
    }. docs/stores.md says what a store must do.`,
  );
}

/** Reads what a store has under a key. */
export async function loadRun(store: Store, kind: RunKind, key: string): Promise<Found> {
  const record = await loadRecord(store, headName(kind, key));
  if (record === undefined) return { rows: [] };
  const head = parse(record.value) as Head & Readonly<Record<string, unknown>>;
  if (head?.format as number === 1) return { rows: [], earlier: head };
  if (head?.format !== 2 || head.kind !== kind || !Array.isArray(head.pages)) throw broken();
  const pages = await forEach(head.pages, async (page) => {
    if (typeof page !== "string" || !/^[\da-f]{32}$/.test(page)) throw broken();
    const rows = parse((await loadRecord(store, `${headName(kind, key)}/${page}`))?.value);
    if (!Array.isArray(rows) || !rows.every(Array.isArray)) throw broken();
    return rows as Row[];
  });
  return { head, rows: pages.flat() };
}

/**
 * Saves the plan of a run and makes this run the one that may buy. Runs that opened the key before are refused from now
 * on.
 *
 * @param facts What the head holds besides the plan.
 * @returns The version of the head.
 */
export async function saveRun(
  store: Store,
  { kind, key, run, facts, rows }: {
    readonly kind: RunKind;
    readonly key: string;
    readonly run: string;
    readonly facts: Readonly<Record<string, unknown>>;
    readonly rows: readonly Row[];
  },
): Promise<string> {
  const pages = await forEach(paged(rows), async (value) => {
    const page = (await hash(value)).slice(0, 32);
    // The name is a hash of the content, so a page that is there already is the same.
    await saveRecord(store, `${headName(kind, key)}/${page}`, value, undefined);
    return page;
  });
  const value = JSON.stringify({ ...facts, format: 2, kind, pages, run });
  for (let tries = 1;; tries++) {
    const before = await loadRecord(store, headName(kind, key));
    const version = await saveRecord(store, headName(kind, key), value, before?.version);
    if (version !== undefined) return version;
    if (tries === MAX_REFUSALS) throw refusing();
  }
}

/** The names of all records that belong to a key, those of its parts included. */
export async function recordsOf(store: Store, key: string): Promise<string[]> {
  const names: string[] = [];
  for (const kind of ["narration", "batch"] as const) {
    const { head, rows } = await loadRun(store, kind, key).catch(() => ({
      head: undefined,
      rows: [],
    }));
    const hashes = rows.map(([hash]) => typeof hash === "string" ? hash : undefined);
    names.push(
      headName(kind, key),
      ...head?.pages.map((page) => `${headName(kind, key)}/${page}`) ?? [],
      ...partNames(hashes).filter((name) => name !== undefined),
    );
  }
  return names;
}

/** Does some work for each item, a few at a time, and returns the results in order. */
export async function forEach<T, R>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  for (let from = 0; from < items.length; from += CONCURRENCY) {
    const some = items.slice(from, from + CONCURRENCY);
    results.push(...await Promise.all(some.map((item, i) => work(item, from + i))));
  }
  return results;
}

/** How often in a row a store may refuse a record that follows the version that it has just given. */
export const MAX_REFUSALS = 20;

/** The error for a store that never takes a record. */
export function refusing(): TypeError {
  return new TypeError(
    `store.save must take a record that follows the version that load gave: it refused ${MAX_REFUSALS} times. ` +
      "Check the store with checkStore.",
  );
}

/** The error for a state or a record that this package has not made. */
export function broken(): TypeError {
  return new TypeError("The state must be one that this package made: its form is another.");
}

/** A record's value, which may come from anywhere. */
export function parse(value: string | undefined): unknown {
  try {
    return value === undefined ? undefined : JSON.parse(value);
  } catch {
    throw broken();
  }
}

function paged(rows: readonly Row[]): string[] {
  const pages: string[] = [];
  let page: string[] = [];
  let bytes = 0;
  for (const row of rows) {
    const text = JSON.stringify(row);
    if (bytes + text.length > PAGE_BYTES) {
      pages.push(`[${page.join(",")}]`);
      page = [];
      bytes = 0;
    }
    page.push(text);
    bytes += text.length + 1;
  }
  if (page.length > 0) pages.push(`[${page.join(",")}]`);
  return pages;
}
