// Writes audio to disk in all ways that there are, and tells what became of it; or ends suddenly in the middle.

import { readdir, readFile, writeFile } from "node:fs/promises";
import process from "node:process";
import { encodeWav, wavHeader } from "../../../mod.ts";
import { repairWavFile, saveAudio } from "../../../src/file/mod.ts";
import { fileStore } from "../../../src/narration/file_store.ts";
import { checkStore } from "../../../src/narration/mod.ts";
import { clientOf, STREAM } from "../../support/rig.ts";

const [folder = "", endpoint = "", end] = process.argv.slice(2);

async function* pieces(after?: () => unknown): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(100_000);
  await after?.();
  yield new Uint8Array(100_000);
}

if (end === "killed") {
  await saveAudio(`${folder}/killed.wav`, pieces(() => process.kill(process.pid, "SIGKILL")));
}

const told: Record<string, unknown> = {};
const failing = async (work: Promise<unknown>) => {
  const { code, message } = await work.then(() => ({ code: "none", message: "" }), (e) => e);
  return [code, message.replaceAll(folder, "").replace(/\.[\da-f]{8}\./, ".ID.")];
};
const client = clientOf(endpoint);

let seen = 0;
const path = `${folder}/хоолой 1.wav`;
const saved = await saveAudio(path, client.streamSpeech(STREAM), {
  onProgress: (bytes) => seen = bytes,
});
const wav = await readFile(path);
told["stream"] = [
  saved.bytes === wav.length && seen === wav.length,
  encodeWav(wav.subarray(44)).every((byte, i) => byte === wav[i]),
];
told["exists"] = await failing(saveAudio(path, pieces()));
told["overwritten"] = (await saveAudio(path, pieces(), { overwrite: true })).bytes;
told["failed"] = await failing(saveAudio(
  `${folder}/failed.wav`,
  pieces(() => Promise.reject(Object.assign(new Error("broken off"), { code: "E" }))),
));
told["taken"] = await failing(
  saveAudio(`${folder}/taken.wav`, pieces(() => writeFile(`${folder}/taken.wav`, "mine"))),
);
told["mine"] = await readFile(`${folder}/taken.wav`, "utf8");
told["folder"] = await failing(saveAudio(folder, pieces(), { overwrite: true }));
told["no folder"] = await failing(saveAudio(`${folder}/no/a.wav`, pieces()));

await writeFile(`${folder}/streamed.wav`, new Uint8Array([...wavHeader(), 1, 2, 3, 4]));
told["repaired"] = [
  await repairWavFile(new URL(`file://${folder}/streamed.wav`)),
  [...await readFile(`${folder}/streamed.wav`)].join() ===
    encodeWav(new Uint8Array([1, 2, 3, 4])).join(),
];

const store = fileStore(`${folder}/store`);
await checkStore(() => store);
await store.save("narration/ном", "{}", undefined);
const part = `part/${"0".repeat(64)}`;
await store.saveAudio?.(part, new Uint8Array([1, 2]));
told["store"] = [await store.load("narration/ном"), [...(await store.loadAudio?.(part)) ?? []]];
await store.remove("ном");
told["names"] = (await readdir(folder)).map((name) => name.replace(/\.[\da-f]{8}\./, ".ID."))
  .sort();
client.close();
console.log(JSON.stringify(told));
