/**
 * One narration into a file, in a fresh process: how large the resident set gets, in each half of it.
 *
 * @module
 */

import { readFile, rm } from "node:fs/promises";
import process from "node:process";
import { saveAudio } from "../../src/file/mod.ts";
import { narrate } from "../../src/narration/mod.ts";
import { Client } from "../../mod.ts";
import { API_KEY as apiKey } from "../contenders/contender.ts";
import { residentSet } from "../resident_set.ts";
import type { NarrationMemoryTask } from "../types.ts";

const { base, text: file, times, path }: NarrationMemoryTask = JSON.parse(process.argv[2]!);
const text = `${await readFile(file, "utf8")}\n\n`.repeat(times);
const halves: number[] = [];
let memory = residentSet();
const narration = narrate(new Client({ apiKey, endpoint: base }), {
  text,
  voiceId: "emulator-v1-bold",
}, {
  pollInterval: 5,
  onProgress({ partsDone, parts }) {
    if (halves.length > 0 || partsDone < parts / 2) return;
    halves.push(memory.stop().peak);
    memory = residentSet();
  },
});
const { bytes } = await saveAudio(path, narration, { overwrite: true });
halves.push(memory.stop().peak);
await rm(path);
console.log(JSON.stringify({ halves, bytes }));
process.exit();
