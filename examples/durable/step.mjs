// @ts-check
// The one step of every engine: a whole narration, with the run's id as its key. It can be called again, and by two processes at
// once: each part is paid for once, and all get the same result.

import { saveAudio } from "@tsetsen/sdk/file";
import { narrate } from "@tsetsen/sdk/narration";

/** How long another run of the same id may take without a result, in milliseconds, before this one takes over. */
const PATIENCE_MS = 60_000;
const POLL_MS = 250;

/**
 * @typedef {object} Order What to narrate: small enough for every engine. A long text belongs into a file or a bucket.
 * @property {string} text
 * @property {string} voiceId
 *
 * @typedef {object} Result Ids and lengths only: engines keep results in JSON, and some refuse large ones.
 * @property {"done" | "failed"} outcome
 * @property {string} [file]
 * @property {number} [bytes]
 * @property {string} [code] The code of a TsetsenError, or "unexpected".
 * @property {"no" | "unknown" | "yes"} [charged]
 * @property {string} [requestId]
 * @property {string} [message]
 */

/**
 * Narrates, or waits for the process that does.
 *
 * @param {string} id The run's id, given by the engine: the same after a crash.
 * @param {Order} order
 * @param {object} tools
 * @param {import("@tsetsen/sdk").Client} tools.client
 * @param {import("@tsetsen/sdk/narration").Store} tools.store
 * @param {string} tools.folder Where the file goes.
 * @param {AbortSignal} [tools.signal] That of the engine.
 * @returns {Promise<Result>} A failure is a result: an engine that catches an error would run the step again.
 * @throws {unknown} The signal's reason: the engine has stopped the step and decides itself when it runs again.
 */
export async function narrateOnce(id, order, { client, store, folder, signal }) {
  for (;;) {
    const known = await store.load(`result/${id}`);
    if (known) return JSON.parse(known.value);
    const narration = narrate(client, order, { store, key: id, signal });
    try {
      const { path, bytes } = await saveAudio(`${folder}/${id}.wav`, narration, { overwrite: true });
      const result = { outcome: "done", file: path, bytes };
      await store.save(`result/${id}`, JSON.stringify(result), undefined);
    } catch (error) {
      // The ids of jobs that were on their way are kept before anything else happens.
      await narration.settled().catch(() => {});
      signal?.throwIfAborted();
      // By its fields, not by instanceof: the engine may have loaded another copy of the package.
      const { code = "unexpected", charged, requestId, message } = /** @type {any} */ (error);
      if (code !== "superseded") return { outcome: "failed", code, charged, requestId, message };
      await resultOf(store, id, signal);
    }
  }
}

/** Waits until the run that has taken over has a result, or for too long. */
async function resultOf(store, id, signal) {
  const end = Date.now() + PATIENCE_MS;
  while (Date.now() < end && !await store.load(`result/${id}`)) {
    signal?.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
