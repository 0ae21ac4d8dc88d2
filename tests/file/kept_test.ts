// What was paid for stays on disk, under a name that the error says.

import { assert, assertEquals } from "@std/assert";
import { open } from "node:fs/promises";
import { Readable } from "node:stream";
import {
  type AudioStream,
  encodeWav,
  InsufficientCreditsError,
  interruptedJobs,
  isSafeToRetry,
  ServerError,
  TimeoutError,
  type TsetsenError,
  wavHeader,
} from "../../mod.ts";
import { keptAudio, repairWavFile, saveAudio, type SaveSource } from "../../src/file/mod.ts";
import { fileStore } from "../../src/narration/file_store.ts";
import { speakLive } from "../../src/live/mod.ts";
import { memoryStore, narrate, type NarrationOptions } from "../../src/narration/mod.ts";
import { audioServer } from "../support/audio_server.ts";
import { clientOf, failure, GENERATE, rejection, setUp, STREAM, within } from "../support/rig.ts";
import { until } from "../support/until.ts";
import { concat } from "../support/wire.ts";

const PCM = Uint8Array.from({ length: 48_000 }, (_, i) => i % 200);

async function withFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function names(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

Deno.test("saveAudio keeps what came of a paid stream that breaks off, as a WAV that the error names", async () => {
  await using rig = await setUp();
  const whole = await rig.client.streamSpeech(STREAM).bytes();
  await withFolder(async (folder) => {
    rig.emulator.addFault({
      kind: "stream",
      errorMessage: "broke",
      afterChunks: 2,
      chunkBytes: 5_001,
    });
    const saving = saveAudio(`${folder}/speech.wav`, rig.client.streamSpeech(STREAM));
    const error = await failure(ServerError, saving);
    assertEquals(error.charged, "yes");
    const [kept = "", ...more] = names(folder);
    assertEquals(more, []);
    assert(/^speech\.wav\.[\da-f]{8}\.part\.wav$/.test(kept), kept);
    assertEquals(keptAudio(error), [`${folder}/${kept}`]);
    assert(error.message.includes(`broke. What had come is in ${folder}/${kept}.`), error.message);
    const bytes = await Deno.readFile(`${folder}/${kept}`);
    assertEquals(bytes, encodeWav(whole.subarray(0, bytes.length - 44)));
    assert(bytes.length > 9_000 && bytes.length < whole.length);
  });
});

Deno.test("saveAudio keeps what had come of audio that is cancelled in the middle, under no final name, and says that it was bought", async () => {
  await using rig = await setUp({ emulator: { streamPace: 20 } });
  const audio: Readonly<Record<string, () => AudioStream>> = {
    stream: () => rig.client.streamSpeech(STREAM),
    narration: () => narrate(rig.client, STREAM, { method: "stream" }),
    live: () => {
      const { text, ...options } = STREAM;
      return speakLive(rig.client, ReadableStream.from([text]), options);
    },
  };
  for (const [name, open] of Object.entries(audio)) {
    for (const ending of ["wav", "flac", "raw"]) {
      await withFolder(async (folder) => {
        const source = open();
        const onProgress = (bytes: number) => {
          if (bytes > 9_000) void source.cancel();
        };
        const saving = saveAudio(`${folder}/speech.${ending}`, source, { onProgress });
        const error = await rejection(saving) as Error;
        assertEquals(error.name, "AbortError", `${name} ${ending}`);
        const [kept = "", ...more] = names(folder);
        assertEquals([more, keptAudio(error)], [[], [`${folder}/${kept}`]], `${name} ${ending}`);
        assert((await Deno.stat(`${folder}/${kept}`)).size > 9_000);
        assertEquals(isSafeToRetry(error), false);
      });
    }
  }
});

Deno.test("saveAudio keeps what came before a deadline or an abort, and leaves the abort's reason unchanged", async () => {
  await using rig = await setUp();
  await withFolder(async (folder) => {
    rig.emulator.addFault({ kind: "hang", method: "StreamSpeech", afterBytes: 10_000, times: 2 });
    const late = await failure(
      TimeoutError,
      saveAudio(`${folder}/late.wav`, rig.client.streamSpeech(STREAM, { idleTimeout: 1_000 })),
    );
    const controller = new AbortController();
    const reason = Object.freeze(new Error("enough"));
    const stream = rig.client.streamSpeech(STREAM, { signal: controller.signal });
    const onProgress = () => setTimeout(() => controller.abort(reason));
    const aborted = await rejection(saveAudio(`${folder}/aborted.wav`, stream, { onProgress }));
    assert(aborted === reason);
    for (const error of [late, aborted]) {
      const [path = ""] = keptAudio(error);
      assertEquals(names(folder).some((name) => path === `${folder}/${name}`), true);
      assert((await Deno.readFile(path)).length > 5_000);
    }
    assertEquals(names(folder).length, 2);
  });
});

Deno.test("saveAudio ends at its signal while the audio keeps it waiting, cancels the audio, and keeps what was paid for", async () => {
  await using rig = await setUp();
  const { requestId } = await rig.client.submit(GENERATE);
  for (const method of ["StreamSpeech", "Audio"] as const) {
    rig.emulator.addFault({ kind: "hang", method, afterBytes: 20_000, times: Infinity });
  }
  const cancelled: string[] = [];
  // Each gives a chunk, and then keeps its reader waiting.
  const audio: Readonly<Record<string, (own: AbortSignal) => SaveSource | Promise<SaveSource>>> = {
    stream: () => rig.client.streamSpeech(STREAM),
    followed: (own) => rig.client.streamSpeech(STREAM, { signal: own }),
    narration: () => narrate(rig.client, STREAM, { method: "stream" }),
    job: () => rig.client.job(requestId).audio(),
    web: () =>
      new ReadableStream({
        start: (controller) => controller.enqueue(PCM),
        cancel: () => void cancelled.push("web"),
      }),
    node: () => {
      const stream = new Readable({ read() {} });
      stream.on("close", () => cancelled.push("node"));
      stream.push(PCM);
      return stream;
    },
    async *generator() {
      yield PCM;
      await new Promise(() => {});
    },
  };
  for (const [name, open] of Object.entries(audio)) {
    for (const options of [{}, { large: true }]) {
      await withFolder(async (folder) => {
        const controller = new AbortController();
        const { signal } = controller;
        const reason = new Error("enough");
        const onProgress = (bytes: number) => {
          if (bytes > 44) setTimeout(() => controller.abort(reason));
        };
        const source = await open(signal);
        const saving = saveAudio(`${folder}/a.wav`, source, { signal, onProgress, ...options });
        assert(await within(rejection(saving)) === reason, name);
        const isBought = ["stream", "followed", "narration"].includes(name);
        assertEquals(names(folder).map((name) => `${folder}/${name}`), keptAudio(reason));
        assertEquals([keptAudio(reason).length, isSafeToRetry(reason)], [+isBought, !isBought]);
        const jobs = {
          followed: [{ requestId: undefined, charged: "yes" }],
          job: [{ requestId, charged: "yes" }],
        } as Readonly<Record<string, unknown>>;
        assertEquals(interruptedJobs(reason, signal), jobs[name] ?? [], name);
      });
    }
  }
  await until(() => cancelled.length === 4);
  assertEquals(cancelled.sort(), ["node", "node", "web", "web"]);
});

Deno.test("saveAudio says that a stream is not to be bought again when its file cannot get its name", async () => {
  await using rig = await setUp();
  const job = await rig.client.submit(GENERATE);
  const wav = await rig.client.streamSpeech(STREAM).wav();
  await withFolder(async (folder) => {
    const save = async (name: string, audio: AudioStream) => {
      const path = `${folder}/${name}`;
      // Another program takes the name in the meantime.
      const onProgress = () => Deno.writeTextFileSync(path, "another");
      return await failure(Error, saveAudio(path, audio, { onProgress }));
    };
    const streamed = await save("a.wav", rig.client.streamSpeech(STREAM));
    assertEquals(isSafeToRetry(streamed), false);
    const [, path = ""] = /the audio is whole, in (.*)\.$/.exec(streamed.message) ?? [];
    assertEquals((await Deno.readFile(path)).length, wav.length);
    // The audio of a job costs nothing the second time.
    const downloaded = await save("b.wav", await job.audio());
    assertEquals(isSafeToRetry(downloaded), true);
  });
});

Deno.test("saveAudio tells interruptedJobs the job whose audio it cannot write", async () => {
  await using rig = await setUp();
  const { requestId } = await rig.client.submit(GENERATE);
  const paid = [{ requestId, charged: "yes" }] as const;
  await withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/taken.wav`, "another");
    const audio = async () => await rig.client.job(requestId).audio();
    const gone = new AbortController();
    gone.abort(new Error("enough"));
    for (
      const [path, options] of [
        [`${folder}/taken.wav`, {}],
        [`${folder}/no/such/folder.wav`, {}],
        [folder, { overwrite: true }],
        [`${folder}/x.wav`, { signal: gone.signal }],
      ] as const
    ) {
      const unread = await audio();
      const error = await rejection(saveAudio(path, unread, options));
      assertEquals(interruptedJobs(error), paid);
      // It was fetched by the id of its job, which costs nothing the second time.
      assertEquals(isSafeToRetry(error), true);
      await saveAudio(`${folder}/x.wav`, unread, { overwrite: true });
    }
    // Audio that is not bought yet has no job.
    const unbought = saveAudio(`${folder}/taken.wav`, rig.client.streamSpeech(STREAM));
    assertEquals(interruptedJobs(await rejection(unbought)), []);
  });
  assertEquals(rig.emulator.ledger.charges.length, 1);
});

Deno.test("saveAudio keeps the parts of a narration by streams that were paid for when a later one is refused", async () => {
  await using rig = await setUp();
  rig.emulator.addFault({
    kind: "error",
    method: "StreamSpeech",
    code: "RESOURCE_EXHAUSTED",
    message: "insufficient credits",
    when: () => rig.emulator.ledger.charges.length > 0,
  });
  const request = { text: "Сайн байна уу? Би ирлээ.", voiceId: STREAM.voiceId };
  const options: NarrationOptions = { method: "stream", maxCharacters: 16, concurrency: 1 };
  await withFolder(async (folder) => {
    const narration = narrate(rig.client, request, options);
    const error = await failure(
      InsufficientCreditsError,
      saveAudio(`${folder}/a.wav`, narration),
    );
    const [path = ""] = keptAudio(error);
    assertEquals(names(folder).map((name) => `${folder}/${name}`), [path]);
    assert((await Deno.readFile(path)).length > 10_000);
    assert(error.message.includes(path), error.message);
    assertEquals(isSafeToRetry(error), false);
  });
});

Deno.test("saveAudio leaves no file of a narration whose store keeps its parts", async () => {
  await using rig = await setUp();
  const request = { text: "Сайн байна уу? Би ирлээ.", voiceId: GENERATE.voiceId };
  const options: NarrationOptions = {
    maxCharacters: 16,
    concurrency: 1,
    pollInterval: 2,
    store: memoryStore(),
  };
  rig.emulator.addFault({
    kind: "http",
    method: "Audio",
    status: 403,
    times: Infinity,
    when: () => rig.emulator.jobs.length > 1,
  });
  await withFolder(async (folder) => {
    const narration = narrate(rig.client, request, options);
    assertEquals(narration.hasStore, true);
    const error = await rejection(saveAudio(`${folder}/a.wav`, narration));
    assertEquals([names(folder), keptAudio(error)], [[], []]);
    assertEquals(rig.emulator.jobs.length, 2);
  });
});

Deno.test("saveAudio keeps no part of audio that costs nothing, and makes no file when nothing came", async () => {
  await using rig = await setUp({ client: { maxRetries: 0 } });
  const job = await rig.client.submit(GENERATE);
  await withFolder(async (folder) => {
    rig.emulator.addFault({ kind: "drop", method: "Audio", afterBytes: 20_000 });
    const broken = await rejection(saveAudio(`${folder}/a.wav`, await job.audio()));
    rig.emulator.addFault({ kind: "stream", errorMessage: "at once", afterChunks: 0 });
    const empty = await rejection(saveAudio(`${folder}/b.wav`, rig.client.streamSpeech(STREAM)));
    assertEquals((empty as TsetsenError).charged !== "no", true);
    assertEquals([names(folder), keptAudio(broken), keptAudio(empty), keptAudio("no error")], [
      [],
      [],
      [],
      [],
    ]);
  });
});

/** Makes the file system refuse fsync with a code, as FUSE, SMB and NFS do, or the handle without one, as those of Yarn do. */
async function refusingSync(code: string | undefined, run: () => Promise<void>): Promise<void> {
  const path = await Deno.makeTempFile();
  const handle = await open(path);
  const prototype = Object.getPrototypeOf(handle);
  await handle.close();
  await Deno.remove(path);
  const { sync } = prototype;
  prototype.sync = () => Promise.reject(Object.assign(new Error(code), { code }));
  try {
    await run();
  } finally {
    prototype.sync = sync;
  }
}

Deno.test("saveAudio and fileStore save on a file system that has no fsync, and say where one fails that the disk may have lost a part", async () => {
  const refusals = ["EINVAL", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EPERM", "EACCES", "EROFS"];
  for (const code of [...refusals, undefined]) {
    await withFolder((folder) =>
      refusingSync(code, async () => {
        const store = fileStore(folder);
        await store.saveAudio!("part/ab", PCM);
        assertEquals(new Uint8Array((await store.loadAudio!("part/ab"))!), PCM, code);
        assertEquals(await store.save("part/ab", "{}", undefined), "1", code);
        await Deno.remove(`${folder}/.parts`, { recursive: true });
        const saved = await saveAudio(`${folder}/a.wav`, PCM);
        assertEquals([saved.bytes, names(folder)], [48_044, ["a.wav"]], code);
      })
    );
  }
  await withFolder((folder) =>
    refusingSync("EIO", async () => {
      const error = await rejection(saveAudio(`${folder}/a.wav`, PCM)) as Error & { code: string };
      const [kept = "", ...more] = names(folder);
      assertEquals([error.code, more], ["EIO", []]);
      assert(
        error.message.endsWith(`the disk may have lost a part of it, in ${folder}/${kept}.`),
        error.message,
      );
      assertEquals(await Deno.readFile(`${folder}/${kept}`), encodeWav(PCM));
    })
  );
});

Deno.test("saveAudio takes the longest names that a file system takes, in Cyrillic, too", async () => {
  await withFolder(async (folder) => {
    const long = [
      "ц".repeat(115) + ".wav",
      "ц".repeat(125) + "x.wav",
      "a".repeat(251) + ".wav",
      "🎧".repeat(62) + ".wav",
    ];
    for (const name of long) {
      assert(new TextEncoder().encode(name).length >= 234);
      await saveAudio(`${folder}/${name}`, PCM);
      await saveAudio(`${folder}/${name}`, PCM, { overwrite: true });
    }
    assertEquals(names(folder), long.toSorted());
  });
});

Deno.test("saveAudio keeps a symbolic link a link, and replaces the file that it leads to", async () => {
  await withFolder(async (folder) => {
    await Deno.mkdir(`${folder}/far`);
    await Deno.writeTextFile(`${folder}/far/good.wav`, "old");
    await Deno.symlink("far/good.wav", `${folder}/one.wav`);
    await Deno.symlink(`${folder}/one.wav`, `${folder}/two.wav`);
    await Deno.symlink("far/new.wav", `${folder}/dangling.wav`);
    const audio = { overwrite: true };
    const { path } = await saveAudio(`${folder}/two.wav`, PCM, audio);
    await saveAudio(`${folder}/dangling.wav`, PCM, audio);
    assertEquals(path, `${folder}/two.wav`);
    for (const name of ["one.wav", "two.wav", "dangling.wav"]) {
      assertEquals((await Deno.lstat(`${folder}/${name}`)).isSymlink, true, name);
      assertEquals(await Deno.readFile(`${folder}/${name}`), encodeWav(PCM));
    }
    assertEquals(names(`${folder}/far`), ["good.wav", "new.wav"]);
    await Deno.symlink("loop.wav", `${folder}/loop.wav`);
    const error = await rejection(saveAudio(`${folder}/loop.wav`, PCM, audio));
    assertEquals((error as { code: string }).code, "ELOOP");
  });
});

function withSizes(riff: number, data: number, sound: Uint8Array = PCM): Uint8Array<ArrayBuffer> {
  const wav = concat(wavHeader(), sound);
  const view = new DataView(wav.buffer);
  view.setUint32(4, riff, true);
  view.setUint32(40, data, true);
  return wav;
}

/** Sizes that writers put where they do not know the length. */
const PLACEHOLDERS = [
  [0xffff_ffff, 0xffff_ffff],
  [0x7fff_ffff, 0x7fff_ffff],
  [0, 0],
  [0x7fff_f024, 0x7fff_f000],
  [0xffff_ffff, 0xffff_ffdb],
  [0xffff_ffff, 48_000],
  [0, 48_000],
] as const;

Deno.test("saveAudio and wav() give a WAV of placeholder sizes its true ones, from a job and from bytes", async () => {
  await withFolder(async (folder) => {
    for (const [riff, data] of PLACEHOLDERS) {
      for (const extra of [0, 1]) {
        const body = withSizes(riff, data, concat(PCM, new Uint8Array(extra)));
        await using server = audioServer({ body });
        using client = clientOf(server.url);
        const audio = () => client.downloadAudio({ audioUrl: `${server.url}/a` });
        if (data !== 48_000) assertEquals(await audio().wav(), encodeWav(PCM), `${riff} ${data}`);
        for (
          const [name, source] of [["a.wav", audio()], ["b.dat", audio()], ["c.wav", body]] as const
        ) {
          const saved = await saveAudio(`${folder}/${name}`, source, { overwrite: true });
          const file = await Deno.readFile(`${folder}/${name}`);
          assertEquals(saved.bytes, file.length);
          if (data !== 48_000 || extra === 0) {
            assertEquals(file, encodeWav(PCM), `${name} ${riff} ${data}`);
          }
        }
      }
    }
  });
});

Deno.test("saveAudio refuses the audio of a job that is cut short, and saves nothing", async () => {
  await withFolder(async (folder) => {
    await using server = audioServer({ body: encodeWav(PCM).slice(0, -1_000) });
    using client = clientOf(server.url);
    const source = { audioUrl: `${server.url}/a`, requestId: "job-1" };
    const error = await failure(
      ServerError,
      saveAudio(`${folder}/a.wav`, client.downloadAudio(source)),
    );
    assertEquals([error.charged, error.requestId, names(folder)], ["yes", "job-1", []]);
    assert(error.message.includes("cut short"));
  });
});

Deno.test("repairWavFile cuts half a sample off, whatever the width of one", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/a.wav`;
    for (
      const [channels, bits] of [[1, 8], [2, 8], [1, 16], [2, 16], [1, 24], [2, 24], [6, 24], [
        2,
        32,
      ]] as const
    ) {
      const block = channels * bits / 8;
      for (const extra of new Set([0, 1, block - 1])) {
        const wav = withSizes(0, 0, new Uint8Array(7 * block + extra).fill(1));
        const view = new DataView(wav.buffer);
        view.setUint16(22, channels, true);
        view.setUint16(32, block, true);
        view.setUint16(34, bits, true);
        await Deno.writeFile(path, wav);
        const bytes = (7 + Math.floor(extra / block)) * block;
        assertEquals(await repairWavFile(path), bytes, `${channels} ${bits} ${extra}`);
        const file = await Deno.readFile(path);
        const sizes = new DataView(file.buffer);
        // A chunk of odd length is padded, and RIFF counts the pad.
        assertEquals(file.length, 44 + bytes + bytes % 2);
        assertEquals(sizes.getUint32(4, true), file.length - 8);
        assertEquals(sizes.getUint32(40, true), bytes);
        assertEquals(await repairWavFile(path), bytes);
        assertEquals(await Deno.readFile(path), file);
      }
    }
  });
});
