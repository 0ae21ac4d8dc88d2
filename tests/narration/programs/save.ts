// Saves one record and some audio: what it asks of the system is watched.

import { fileStore } from "../../../src/narration/file_store.ts";

const store = fileStore(Deno.args[0] ?? "");
const name = `part/${"a".repeat(64)}`;
await store.save(name, "{}", undefined);
await store.saveAudio?.(name, new Uint8Array(10));
