// @ts-check
// The one step of every engine: a whole narration, with the run's id as its key. It can be called again, and by two processes at
// once: each part is paid for once, and all get the same result.

import { stat } from "node:fs/promises";
import { saveAudio } from "@tsetsen/sdk/file";
import { narrate } from "@tsetsen/sdk/narration";

/** How long another run of the same id may take without its file, in milliseconds, before this one takes over. */
const PATIENCE_MS = 60_000;
const POLL_MS = 250;

/**
 * @typedef {object} Order What to narrate: small enough for every engine. A long text belongs into a file or a bucket.
 * @property {string} text
 * @property {string} voiceId
 * @property {boolean} [retryUnknown] Buys again what may have been charged. A person decides that, after a look at the balance.
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
 * @param {Order} order What to narrate.
 * @param {object} tools
 * @param {import("@tsetsen/sdk").Client} tools.client
 * @param {import("@tsetsen/sdk/narration").Store} tools.store
 * @param {string} tools.folder Where the file goes: a folder that all processes share. With a bucket, ask that for the object.
 * @param {AbortSignal} [tools.signal] That of the engine.
 * @returns {Promise<Result>} A failure is a result: an engine that catches an error would run the step again.
 * @throws {unknown} The signal's reason: the engine has stopped the step and decides itself when it runs again.
 */
export async function narrateOnce(
  id,
  { retryUnknown, ...request },
  { client, store, folder, signal },
) {
  const file = `${folder}/${id}.wav`;
  for (;;) {
    // A file has its name when it is complete, so it says that the work is done.
    const bytes = await sizeOf(file);
    if (bytes !== undefined) return { outcome: "done", file, bytes };
    console.log(`narrating ${id}`);
    const narration = narrate(client, request, { store, key: id, signal, retryUnknown });
    try {
      await saveAudio(file, narration, { overwrite: true });
    } catch (error) {
      // The ids of jobs that were on their way are kept before anything else happens.
      await narration.settled().catch(() => {});
      signal?.throwIfAborted();
      // By its fields, not by instanceof: the engine may have loaded another copy of the package.
      const { code = "unexpected", charged, requestId, message } = /** @type {any} */ (error);
      // The run that has taken over may be one whose result the engine ignores, so this one waits for the file and tells it.
      if (code !== "superseded") return { outcome: "failed", code, charged, requestId, message };
      console.log(`superseded ${id}`);
      await untilThere(file, signal);
    }
  }
}

/** Waits until the run that has taken over has written the file, or for too long. */
async function untilThere(file, signal) {
  const end = Date.now() + PATIENCE_MS;
  while (Date.now() < end && await sizeOf(file) === undefined) {
    signal?.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function sizeOf(file) {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}
