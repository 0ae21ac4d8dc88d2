import { assert, assertEquals, assertRejects } from "@std/assert";
import { Client, encodeWav, isSafeToRetry, wavHeader } from "../../mod.ts";
import { startEmulator } from "../../src/emulator/mod.ts";
import { repairWavFile, saveAudio } from "../../src/file/mod.ts";

const TEXT = "Сайн байна уу? Би Цэцэн дуу хоолой.";

async function withFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function names(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map((entry) => entry.name).sort();
}

Deno.test("saveAudio writes a stream as a WAV file with true lengths", async () => {
  await using emulator = await startEmulator();
  const { apiKey, url } = emulator;
  using client = new Client({ apiKey, endpoint: url, secure: false });
  const request = { text: TEXT, voiceId: "emulator-v2-sarnai" };
  await withFolder(async (folder) => {
    const progress: number[] = [];
    const path = `${folder}/speech.wav`;
    const saved = await saveAudio(path, client.streamSpeech(request), {
      onProgress: (bytes) => {
        progress.push(bytes);
        throw new Error("a hook that fails must not cost paid audio");
      },
    });
    const file = await Deno.readFile(path);
    assertEquals(saved, { path, bytes: file.length });
    assertEquals(file, await client.streamSpeech(request).wav());
    assertEquals(progress.at(-1), file.length);
    assertEquals(names(folder), ["speech.wav"]);
  });
});

Deno.test("saveAudio writes a download as it is, to a path given as a URL", async () => {
  await using emulator = await startEmulator();
  const { apiKey, url } = emulator;
  using client = new Client({ apiKey, endpoint: url, secure: false });
  await withFolder(async (folder) => {
    const job = await client.submit({ text: TEXT, voiceId: "emulator-v1-bold" });
    const path = new URL(`file://${folder}/аудио.wav`);
    await saveAudio(path, await job.audio());
    assertEquals(await Deno.readFile(path), await (await job.audio()).bytes());
  });
});

Deno.test("saveAudio takes an array of bytes, and a generator of them", async () => {
  const pcm = [Uint8Array.of(1, 0, 2), Uint8Array.of(0, 3, 0)];
  await withFolder(async (folder) => {
    await saveAudio(`${folder}/array.wav`, pcm);
    await saveAudio(`${folder}/generator.wav`, pcm.values());
    for (const name of ["array", "generator"]) {
      assertEquals(await Deno.readFile(`${folder}/${name}.wav`), encodeWav(pcm));
    }
  });
});

Deno.test("saveAudio refuses samples that are not bytes, and keeps no file", async () => {
  // Written as bytes they would be noise.
  const samples = Int16Array.of(300, 400);
  await withFolder(async (folder) => {
    const { buffer } = samples;
    const wrong: readonly (readonly [audio: unknown, came: string])[] = [
      [samples, "Int16Array"],
      [[samples], "Int16Array"],
      [samples.values(), "300"],
      [["x"], "a string of 1 characters"],
      [buffer, "ArrayBuffer"],
      [[buffer], "ArrayBuffer"],
      [new Blob([buffer]), "Blob"],
      [new Response(buffer), "Response"],
    ];
    for (const [audio, came] of wrong) {
      await assertRejects(
        () => saveAudio(`${folder}/speech.wav`, audio as Uint8Array),
        TypeError,
        `: got ${came}`,
      );
    }
    assertEquals(names(folder), []);
  });
});

Deno.test("saveAudio buys nothing when its signal has aborted already, or aborts before the audio is read", async () => {
  await using emulator = await startEmulator();
  const { apiKey, url } = emulator;
  using client = new Client({ apiKey, endpoint: url, secure: false });
  const reason = new Error("the visitor has left");
  await withFolder(async (folder) => {
    for (const name of ["speech.wav", "speech.raw"]) {
      const speech = client.streamSpeech({ text: TEXT, voiceId: "emulator-v2-sarnai" });
      const signal = AbortSignal.abort(reason);
      const error = await assertRejects(() => saveAudio(`${folder}/${name}`, speech, { signal }));
      assertEquals(error, reason);
      const controller = new AbortController();
      const saving = saveAudio(`${folder}/${name}`, speech, { signal: controller.signal });
      controller.abort(reason);
      assertEquals(await assertRejects(() => saving), reason);
      assertEquals(isSafeToRetry(reason), true);
    }
    assertEquals(names(folder), []);
  });
  assertEquals(emulator.ledger.charges.length, 0);
  assertEquals(emulator.requests.length, 0);
});

Deno.test("saveAudio does not read the audio when the file exists", async () => {
  await using emulator = await startEmulator();
  const { apiKey, url } = emulator;
  using client = new Client({ apiKey, endpoint: url, secure: false });
  await withFolder(async (folder) => {
    const path = `${folder}/speech.wav`;
    await Deno.writeTextFile(path, "mine");
    const stream = client.streamSpeech({ text: TEXT, voiceId: "emulator-v2-sarnai" });
    const error = await assertRejects(() => saveAudio(path, stream), Error, "exists already");
    assertEquals((error as Error & { code: string }).code, "EEXIST");
    assertEquals(await Deno.readTextFile(path), "mine");
    assertEquals(emulator.ledger.charges.length, 0);
    await saveAudio(path, new Uint8Array([1, 2]), { overwrite: true });
    assertEquals(await Deno.readFile(path), encodeWav(new Uint8Array([1, 2])));
  });
});

Deno.test("saveAudio does not replace a file that appears while it writes, and keeps the audio, which is paid for", async () => {
  await withFolder(async (folder) => {
    for (const what of ["file", "folder"]) {
      const path = `${folder}/${what}.wav`;
      const audio = async function* () {
        yield new Uint8Array([1]);
        if (what === "file") await Deno.writeTextFile(path, "mine");
        else await Deno.mkdir(path);
        yield new Uint8Array([2]);
      };
      const overwrite = what === "folder";
      const error = await assertRejects(() => saveAudio(path, audio(), { overwrite }), Error);
      const [kept, ...more] = names(folder).filter((name) => name.endsWith(".part"));
      assert(error.message.endsWith(`the audio is whole, in ${folder}/${kept}.`), error.message);
      if (what === "file") {
        assertEquals((error as Error & { code: string }).code, "EEXIST");
        assertEquals(await Deno.readTextFile(path), "mine");
      }
      assertEquals(await Deno.readFile(`${folder}/${kept}`), encodeWav(new Uint8Array([1, 2])));
      assertEquals(more, []);
      await Deno.remove(`${folder}/${kept}`);
    }
  });
});

Deno.test("saveAudio sees what is in the way before it reads anything, and says what to do", async () => {
  await withFolder(async (folder) => {
    let read = 0;
    // deno-lint-ignore require-yield -- it must not come to that
    async function* audio(): AsyncGenerator<Uint8Array> {
      read++;
      throw new Error("paid");
    }
    await Deno.mkdir(`${folder}/a folder`);
    await Deno.symlink(`${folder}/nowhere`, `${folder}/link`);
    const cases: [path: string, overwrite: boolean, code: string | undefined, says: string][] = [
      ["a folder", true, "EISDIR", "is a folder: give the name of a file in it"],
      ["a folder", false, "EISDIR", "is a folder: give the name of a file in it"],
      ["link", false, "EEXIST", "exists already"],
      ["no folder/a.wav", false, "ENOENT", `There is no folder ${folder}/no folder`],
      ["new/", false, "EISDIR", "is the name of a folder: give the name of a file in it"],
      ["a.wav/", true, "EISDIR", "is the name of a folder"],
      ["ц".repeat(126) + ".wav", false, "ENAMETOOLONG", "give a shorter one"],
      ["a".repeat(252) + ".mp3", true, "ENAMETOOLONG", "give a shorter one"],
      ["a".repeat(120) + "\0.wav", false, "ERR_INVALID_ARG_VALUE", "null bytes"],
    ];
    for (const [name, overwrite, code, says] of cases) {
      const work = saveAudio(`${folder}/${name}`, audio(), { overwrite });
      const error = await assertRejects(() => work, Error, says);
      assertEquals((error as Error & { code?: string }).code, code);
    }
    await assertRejects(() => saveAudio("", audio()), TypeError, "must name a file");
    // What is no file is not replaced by one.
    const device = saveAudio("/dev/null", audio(), { overwrite: true });
    await assertRejects(() => device, Error, "is no regular file");
    assertEquals([read, names(folder)], [0, ["a folder", "link"]]);
  });
});

Deno.test("saveAudio leaves nothing behind when the audio fails", async () => {
  await withFolder(async (folder) => {
    const failure = new Error("broken off");
    async function* audio() {
      yield new Uint8Array(1000);
      assertEquals(names(folder).length, 1); // the temporary file
      throw failure;
    }
    const error = await assertRejects(() => saveAudio(`${folder}/speech.wav`, audio()));
    assert(error === failure);
    assertEquals(names(folder), []);
  });
});

Deno.test("saveAudio releases a stream of the caller's, also when it fails", async () => {
  await withFolder(async (folder) => {
    const whole = new Blob([new Uint8Array(100)]).stream();
    await saveAudio(`${folder}/whole.bin`, whole);
    let isCancelled = false;
    const noBytes = new ReadableStream({
      pull: (controller) => controller.enqueue("text"),
      cancel: () => void (isCancelled = true),
    });
    await assertRejects(() => saveAudio(`${folder}/none.bin`, noBytes), TypeError, "each chunk");
    assertEquals([whole.locked, noBytes.locked, isCancelled], [false, false, true]);
  });
});

Deno.test("repairWavFile gives a streamed file its true lengths, and leaves a right one alone", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/speech.wav`;
    const pcm = crypto.getRandomValues(new Uint8Array(1000));
    await Deno.writeFile(path, new Uint8Array([...wavHeader(), ...pcm]));
    assertEquals(await repairWavFile(path), 1000);
    assertEquals(await Deno.readFile(path), encodeWav(pcm));
    assertEquals(await repairWavFile(path), 1000);
    assertEquals(await Deno.readFile(path), encodeWav(pcm));
  });
});

Deno.test("repairWavFile refuses what is no WAV file", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/speech.wav`;
    await Deno.writeTextFile(path, "ID3 not a wav file");
    await assertRejects(() => repairWavFile(path), TypeError, "WAV header");
  });
});
