import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { fileStore } from "../../src/narration/file_store.ts";
import { checkStore, memoryStore, type Store } from "../../src/narration/mod.ts";

async function withFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("memoryStore does all that checkStore asks of a store", async () => {
  const store = memoryStore();
  await checkStore(() => store);
});

Deno.test("fileStore does all that checkStore asks of a store", async () => {
  await withFolder(async (folder) => {
    await checkStore(() => fileStore(new URL(`file://${folder}/ном 1/`)));
    await checkStore(() => fileStore(`${folder}/bare`, { audio: false }));
  });
});

Deno.test("checkStore names the rule that a store breaks", async () => {
  const broken: readonly (readonly [rule: string, change: (store: Store) => Partial<Store>])[] = [
    ["must resolve with { value, version }", () => ({ load: () => Promise.resolve({} as never) })],
    [
      "none is expected",
      (store) => ({
        save: async (name, value) => {
          const version = (await store.load(name))?.version;
          return await store.save(name, value, version);
        },
      }),
    ],
    [
      "follows an older version",
      (store) => ({
        save: async (name, value, follows) => {
          const version = (await store.load(name))?.version;
          return await store.save(name, value, follows && version);
        },
      }),
    ],
    [
      "exactly one succeeds",
      (store) => ({
        save: async (name, value, follows) => {
          const version = (await store.load(name))?.version;
          if (version !== follows) return undefined;
          // Compares first, and writes later.
          await new Promise((resolve) => setTimeout(resolve));
          return await store.save(name, value, (await store.load(name))?.version);
        },
      }),
    ],
    ["both, or neither", () => ({ loadAudio: undefined as never })],
    ["the bytes that saveAudio has kept", (store) => ({
      saveAudio: (name, audio) => store.saveAudio!(name, new Uint8Array(audio.buffer)),
    })],
    ["replaces the audio", (store) => ({
      saveAudio: async (name, audio) => {
        if (await store.loadAudio!(name) === undefined) await store.saveAudio!(name, audio);
      },
    })],
  ];
  for (const [rule, change] of broken) {
    const store = memoryStore();
    const wrong = { ...store, ...change(store) };
    await assertRejects(() => checkStore(() => wrong), Error, rule);
  }
});

Deno.test("fileStore leaves whole records only, however many processes write at once, and few old ones", async () => {
  await withFolder(async (folder) => {
    const name = `part/${"a".repeat(64)}`;
    let version: string | undefined;
    for (let i = 0; i < 6; i++) {
      const stores = [fileStore(folder), fileStore(folder), fileStore(folder)];
      const saves = await Promise.all(
        stores.map((store, j) => store.save(name, `${i}${j}`, version)),
      );
      [version] = saves.filter((saved) => saved !== undefined);
    }
    const files = [...Deno.readDirSync(`${folder}/.parts/${"a".repeat(64)}`)].map((file) =>
      file.name
    );
    assertEquals(files.sort(), ["5", "6"]);
    // A writer that was away while two versions came and went.
    assertEquals(await fileStore(folder).save(name, "late", "1"), undefined);
    assertEquals((await fileStore(folder).load(name))?.version, "6");
  });
});

Deno.test("fileStore lets no name lead out of its folder", async () => {
  await withFolder(async (folder) => {
    const store = fileStore(`${folder}/store`);
    await store.save("narration/a", "{}", undefined);
    const long = ["a".repeat(129), "ө".repeat(128)];
    const keys = ["", ".", "..", "../b", "a/b/c", "a\\b", ".a", "a\0", ...long];
    const names = [
      ...keys.map((key) => `narration/${key}`),
      "part/..",
      "part/../../b",
      "part/a.-1",
      "part/a.1/../../..",
      "other/a",
      "narration/a/..",
      "narration/a/-1",
      "",
    ];
    for (const name of names) {
      await assertRejects(() => store.save(name, "{}", undefined), RangeError);
      await assertRejects(() => store.load(name), RangeError);
      await assertRejects(() => store.saveAudio!(name, new Uint8Array()), RangeError);
      await assertRejects(() => store.loadAudio!(name), RangeError);
    }
    for (const key of keys) await assertRejects(() => store.remove(key), RangeError);
    assertEquals([...Deno.readDirSync(folder)].map((file) => file.name), ["store"]);
    assertEquals([...Deno.readDirSync(`${folder}/store`)].map((file) => file.name), ["a"]);
  });
});

Deno.test("fileStore refuses options of a wrong type, and keeps no audio when told not to", () => {
  assertEquals(fileStore("nowhere", { audio: false }).saveAudio, undefined);
  // deno-lint-ignore no-explicit-any -- wrong on purpose
  const wrong = (...args: any[]) => () => (fileStore as any)(...args);
  assertThrows(wrong(undefined), TypeError, "folder");
  assertThrows(wrong(""), TypeError, "folder");
  assertThrows(wrong("a", { audio: "false" }), TypeError, "audio");
  assertThrows(wrong("a", { audoi: false }), TypeError, "audoi");
});

Deno.test({
  name: "fileStore flushes files and folders to the disk before it resolves",
  ignore: Deno.build.os !== "linux" || !await hasStrace(),
  async fn() {
    await withFolder(async (folder) => {
      const program = new URL("programs/save.ts", import.meta.url).href;
      const trace = `${folder}/trace`;
      const { success } = await new Deno.Command("strace", {
        args: [
          "-f",
          "-y",
          "-o",
          trace,
          "-e",
          "trace=fsync,fdatasync,rename,renameat,renameat2",
          Deno.execPath(),
          "run",
          "-A",
          "--no-check",
          program,
          `${folder}/store`,
        ],
      }).output();
      assert(success);
      const lines = (await Deno.readTextFile(trace)).split("\n");
      const at = (pattern: RegExp) => lines.findIndex((line) => pattern.test(line));
      const file = at(/sync\(\d+<[^>]*record\.json>/);
      const renamed = at(/rename.*"[^"]*\/1"/);
      const parent = at(/sync\(\d+<[^>]*\/\.parts\/[a-f]+>/);
      const above = at(/sync\(\d+<[^>]*\/\.parts>/);
      assert(file >= 0 && renamed > file && parent > renamed && above > renamed, lines.join("\n"));
    });
  },
});

async function hasStrace(): Promise<boolean> {
  try {
    return (await new Deno.Command("strace", { args: ["-V"] }).output()).success;
  } catch {
    return false;
  }
}
