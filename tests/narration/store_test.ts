import { assertEquals, assertRejects } from "@std/assert";
import { fileStore } from "../../src/narration/file_store.ts";
import { memoryStore } from "../../src/narration/mod.ts";

async function withFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("memoryStore and fileStore give back what they were given, and forget what they are told to", async () => {
  await withFolder(async (folder) => {
    for (const store of [memoryStore(), fileStore(new URL(`file://${folder}/ном 1/`))]) {
      const state = { format: 1, text: "Сайн" };
      assertEquals(await store.load("a"), undefined);
      assertEquals(await store.loadAudio?.("a", 0), undefined);
      await store.save("a", { old: true });
      await store.save("a", state);
      await store.save("б.2", { other: true });
      const audio = new Uint8Array([1, 2, 3, 4]);
      await store.saveAudio?.("a", 7, audio.subarray(1, 3));
      audio.fill(0);
      assertEquals(await store.load("a"), state);
      assertEquals([...(await store.loadAudio?.("a", 7))!], [2, 3]);
      await store.remove("a");
      await store.remove("a");
      assertEquals(await store.load("a"), undefined);
      assertEquals(await store.loadAudio?.("a", 7), undefined);
      assertEquals(await store.load("б.2"), { other: true });
    }
  });
});

Deno.test("fileStore leaves nothing but whole files, and keys do not lead out of its folder", async () => {
  await withFolder(async (folder) => {
    const store = fileStore(folder);
    await Promise.all(Array.from({ length: 20 }, (_, i) => store.save("a", { i })));
    assertEquals([...Deno.readDirSync(`${folder}/a`)].map(({ name }) => name), ["state.json"]);
    for (const key of ["", ".", "..", "../b", "a/b", "a\\b", ".a", "a\0", "a".repeat(129)]) {
      await assertRejects(() => store.save(key, {}), RangeError);
      await assertRejects(() => store.load(key), RangeError);
      await assertRejects(() => store.remove(key), RangeError);
      await assertRejects(() => store.saveAudio!(key, 0, new Uint8Array()), RangeError);
    }
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["a"]);
  });
});

Deno.test("fileStore keeps no audio when told not to", () => {
  const store = fileStore("nowhere", { audio: false });
  assertEquals([store.saveAudio, store.loadAudio], [undefined, undefined]);
});
