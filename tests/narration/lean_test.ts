// Narrations over the lean client, and what they bring along.

import { fileURLToPath } from "node:url";
import { assert, assertEquals } from "@std/assert";
import { Client as LeanClient } from "../../src/lean/mod.ts";
import { batch, memoryStore, narrate } from "../../src/narration/mod.ts";
import { KEY, QUICK, setUp } from "../support/rig.ts";
import { FAST, paid, paragraphs, texts, VOICE } from "./setup.ts";

const TEXT = paragraphs(4);
const REQUEST = { text: TEXT, ...VOICE } as const;

Deno.test("narrate and batch work with the Client of @tsetsen/sdk/lean as with that of @tsetsen/sdk", async () => {
  await using rig = await setUp();
  const { client, emulator } = rig;
  using lean = new LeanClient({ apiKey: KEY, endpoint: emulator.url, backoff: QUICK });
  const store = memoryStore();
  const bytes = await narrate(lean, REQUEST, { ...FAST, store }).bytes();
  assertEquals(paid(emulator), texts(TEXT));
  // What one has bought, the other takes from the store.
  assertEquals(await narrate(client, REQUEST, { ...FAST, store }).bytes(), bytes);
  const [result] = await batch(lean, [{ text: "Нэг.", ...VOICE }], FAST).results();
  assertEquals(result?.status, "fulfilled");
  assertEquals(emulator.ledger.charges.length, texts(TEXT).length + 1);
});

Deno.test({
  name:
    "narrate brings along neither Connect nor schemas, neither a client nor what takes markup out of texts",
  // Esbuild's process ends a little later.
  sanitizeOps: false,
  sanitizeResources: false,
}, async () => {
  const esbuild = await import("esbuild");
  try {
    const { metafile } = await esbuild.build({
      entryPoints: [fileURLToPath(new URL("../../src/narration/mod.ts", import.meta.url))],
      bundle: true,
      write: false,
      metafile: true,
      format: "esm",
      absWorkingDir: fileURLToPath(new URL("../..", import.meta.url)),
      outdir: "out",
    });
    const files = Object.keys(metafile.inputs);
    assert(files.includes("src/narration/narrate.ts"));
    const foreign =
      /^(npm|node_modules|gen|mod\.ts|src\/(client|job|connect|lean|transport|emulator|file)\b)|markup|strip/;
    assertEquals(files.filter((file) => foreign.test(file)), []);
  } finally {
    await esbuild.stop();
  }
});
