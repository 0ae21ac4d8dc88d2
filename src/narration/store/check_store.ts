/**
 * A test kit for stores.
 *
 * @module
 */

import { check, FUNCTION, type Rule } from "../../lib/rules.ts";
import { loadRecord } from "./plan_records.ts";
import type { Store } from "./store.ts";

/** How many writers race for one version, and how often. */
const WRITERS = 8;
const ROUNDS = 10;

const STORE: Rule = [
  "object",
  "a store with the methods load and save",
  ({ load, save }: Partial<Store>) => typeof load === "function" && typeof save === "function",
  TypeError,
];

/**
 * Checks that a store does what narrations and batches rely on: records, versions, conditional saves from several
 * handles at once, and audio if it keeps any. Run it in the tests of your own store. It sends nothing to the service.
 * It leaves a few small records under names that nothing else uses.
 *
 * @param openStore Opens a handle of the store. It is called twice, and both handles must have the same storage, like
 * those of two processes.
 * @throws {TypeError} when `openStore` is not a function, or gives something else than a store.
 * @throws {Error} when the store breaks a rule; the message names the rule.
 *
 * @example
 * ```ts
 * import { checkStore, memoryStore } from "@tsetsen/sdk/narration";
 *
 * Deno.test("our store does what narrations rely on", async () => {
 *   const store = memoryStore();
 *   await checkStore(() => store);
 * });
 * ```
 */
export async function checkStore(openStore: () => Store | Promise<Store>): Promise<void> {
  check("openStore", openStore, FUNCTION);
  const [one, two] = [await openStore(), await openStore()];
  for (const store of [one, two]) check("what openStore gives", store, STORE);
  const key = `check-${crypto.randomUUID()}`;
  await checkRecords(one, two, `narration/${key}`);
  await checkPages(one, two, `narration/${key}/${"0".repeat(32)}`);
  await checkRace(one, two, `batch/${key}`);
  await checkAudio(one, two, `part/${hex()}${hex()}`);
}

async function checkRecords(one: Store, two: Store, name: string): Promise<void> {
  must(
    await loadRecord(one, name) === undefined,
    "load resolves with undefined when there is none",
  );
  const first = await one.save(name, '{"n":1}', undefined);
  must(typeof first === "string", "save of a new record resolves with its version, a string");
  const found = await loadRecord(two, name);
  must(
    found?.value === '{"n":1}' && found.version === first,
    "load in another handle gives the value and the version that save has made",
  );
  must(
    isRefused(await two.save(name, '{"n":2}', undefined)),
    "save resolves with undefined when a record is there and none is expected",
  );
  const second = await two.save(name, '{"n":3}', first);
  must(
    typeof second === "string" && second !== first,
    "save that follows the present version resolves with a new version",
  );
  must(
    isRefused(await one.save(name, '{"n":4}', first)),
    "save that follows an older version resolves with undefined",
  );
  const kept = await loadRecord(one, name);
  must(
    kept?.value === '{"n":3}' && kept.version === second,
    "a save that is refused changes nothing",
  );
  must(
    isRefused(await one.save(`${name}x`, "{}", first)),
    "save that follows a version resolves with undefined when there is no record",
  );
}

async function checkPages(one: Store, two: Store, name: string): Promise<void> {
  const value = JSON.stringify(["Ү", "😀", "x".repeat(59_900)]);
  const version = await one.save(name, value, undefined);
  must(
    (await loadRecord(two, name))?.value === value && typeof version === "string",
    "a value of 60,000 bytes comes back as it was, whatever letters it holds",
  );
}

async function checkRace(one: Store, two: Store, name: string): Promise<void> {
  let follows: string | undefined;
  for (let round = 0; round < ROUNDS; round++) {
    const saves = Array.from({ length: WRITERS }, (_, writer) => {
      const store = writer % 2 === 0 ? one : two;
      return store.save(name, JSON.stringify({ round, writer }), follows);
    });
    const versions = await Promise.all(saves);
    const winners = versions.flatMap((version, i) => isRefused(version) ? [] : [i]);
    const [winner] = winners;
    must(
      winner !== undefined && winners.length === 1,
      `of ${WRITERS} saves at once that follow one version exactly one succeeds, not ${winners.length}`,
    );
    const found = await loadRecord(two, name);
    must(
      found?.value === JSON.stringify({ round, writer: winner }) &&
        found.version === versions[winner as number],
      "after saves at once the record is that of the one that succeeded",
    );
    follows = found?.version;
  }
}

async function checkAudio(one: Store, two: Store, name: string): Promise<void> {
  must(
    (one.loadAudio === undefined) === (one.saveAudio === undefined),
    "loadAudio and saveAudio are there both, or neither",
  );
  if (one.saveAudio === undefined) return;
  const none = await one.loadAudio?.(name);
  must(none === undefined || none === null, "loadAudio resolves with undefined when there is none");
  const buffer = Uint8Array.from({ length: 200_000 }, (_, i) => i % 251);
  const audio = buffer.subarray(1_000, 150_001);
  await one.saveAudio(name, audio);
  must(
    isSame(await two.loadAudio?.(name), audio),
    "loadAudio gives the bytes that saveAudio has kept",
  );
  await two.saveAudio?.(name, audio.subarray(0, 10));
  must(
    isSame(await one.loadAudio?.(name), audio.subarray(0, 10)),
    "saveAudio replaces the audio that was there",
  );
}

function isSame(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a?.length === b.length && b.every((byte, i) => a[i] === byte);
}

function isRefused(version: string | undefined | null): boolean {
  return version === undefined || version === null;
}

function must(condition: boolean, rule: string): void {
  if (!condition) throw new Error(`The store breaks a rule: ${rule}.`);
}

function hex(): string {
  return crypto.randomUUID().replaceAll("-", "");
}
