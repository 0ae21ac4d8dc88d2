// Audio on disk, on each of the runtimes that have one.

import { assert, assertEquals } from "@std/assert";
import { setUp } from "../support/rig.ts";
import { bundle, RUNTIMES } from "../support/runtimes.ts";

for (const runtime of RUNTIMES) {
  Deno.test(`saveAudio writes whole files or none, and replaces none unasked, on ${runtime}`, async () => {
    await using programs = await bundle("files");
    await using rig = await setUp();
    const folder = await Deno.makeTempDir();
    try {
      const run = await programs.run(runtime, "files", folder, rig.emulator.url);
      assertEquals([run.code, run.stderr], [0, ""]);
      assertEquals(JSON.parse(run.stdout), {
        stream: [true, true],
        exists: [
          "EEXIST",
          "/хоолой 1.wav exists already: choose another name, or give overwrite: true.",
        ],
        overwritten: 200_044,
        failed: ["E", "broken off"],
        taken: [
          "EEXIST",
          "/taken.wav exists already: the audio is whole, in /taken.wav.ID.part.",
        ],
        mine: "mine",
        folder: ["EISDIR", " is a folder: give the name of a file in it."],
        "no folder": ["ENOENT", "There is no folder /no for /no/a.wav: make it first."],
        repaired: [4, true],
        store: [{ value: "{}", version: "1" }, [1, 2]],
        names: ["store", "streamed.wav", "taken.wav", "taken.wav.ID.part", "хоолой 1.wav"],
      });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });

  Deno.test(`saveAudio leaves nothing under the final name when its process is killed, on ${runtime}`, async () => {
    await using programs = await bundle("files");
    const folder = await Deno.makeTempDir();
    try {
      const run = await programs.run(runtime, "files", folder, "127.0.0.1:1", "killed");
      assert(run.code !== 0);
      const names = Array.from(Deno.readDirSync(folder), ({ name }) => name);
      assertEquals(names.map((name) => name.replace(/\.[\da-f]{8}\./, ".ID.")), [
        "killed.wav.ID.part",
      ]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

Deno.test("saveAudio, fileStore and the state of say try a rename again that is refused for a moment, and sync file and folder", async () => {
  await using programs = await bundle("busy_files");
  const folder = await Deno.makeTempDir();
  try {
    const run = await programs.run("node", "busy_files", folder);
    assertEquals([run.code, run.stderr], [0, ""]);
    const [a, b, c, d, kept, record, order, names] = JSON.parse(run.stdout);
    assertEquals(a, [46, "file synced, EPERM, EBUSY, EACCES, renamed, folder synced"]);
    // Without links, a name that must not be replaced is renamed, too.
    assertEquals(b, [46, "file synced, EPERM, renamed, folder synced"]);
    assertEquals(c, ["EXDEV", "file synced, EXDEV"]);
    assertEquals(d, ["EBUSY", `file synced${", EBUSY".repeat(7)}`]);
    // The audio of a part that was streamed is not to be had again.
    assertEquals(kept, ["kept", "file synced, EPERM, EBUSY, EACCES, renamed, folder synced"]);
    // What a power cut may not take away: the content, the name, and the folders above a new one.
    const [written, named] = ["file synced, folder synced", "folder synced"];
    assertEquals(record, `${written}, EBUSY, renamed, ${named}, ${named}, ${named}, ${named}`);
    assertEquals(order, `file synced, EBUSY, renamed, ${named}`);
    assertEquals(names, ["a.wav", "b.wav"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
