// Saves audio, and the state of a narration, while the file system refuses renames for a moment, as Windows does under a virus scanner; on Node only,
// where the functions of a module can be replaced.

import fs, { open, readdir } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import process from "node:process";
import { saveAudio } from "../../../src/file/mod.ts";
import { writeDurably } from "../../../src/cli/narration/durable.ts";
import { fileStore } from "../../../src/narration/file_store.ts";

const [folder = ""] = process.argv.slice(2);
const { rename, link } = fs;
let refusals: string[] = [];
const steps: string[] = [];

fs.rename = async (from, to) => {
  const code = refusals.shift();
  steps.push(code ?? "renamed");
  if (code !== undefined) throw Object.assign(new Error(code), { code });
  await rename(from, to);
};
fs.link = async (from, to) => {
  if (refusals.length > 0) throw Object.assign(new Error("ENOTSUP"), { code: "ENOTSUP" });
  await link(from, to);
};
syncBuiltinESMExports();

const handle = await open(folder);
const prototype = Object.getPrototypeOf(handle);
const { sync } = prototype;
prototype.sync = async function (this: typeof handle) {
  steps.push((await this.stat()).isDirectory() ? "folder synced" : "file synced");
  await sync.call(this);
};
await handle.close();

const outcomes: unknown[] = [];
const save = async (name: string, codes: string[], overwrite: boolean) => {
  refusals = codes;
  steps.length = 0;
  const outcome = await saveAudio(`${folder}/${name}`, new Uint8Array([1, 2]), { overwrite })
    .then(({ bytes }) => bytes, ({ code }) => code);
  outcomes.push([outcome, steps.join(", ")]);
};
await save("a.wav", ["EPERM", "EBUSY", "EACCES"], true);
await save("b.wav", ["EPERM"], false);
await save("c.wav", ["EXDEV"], true);
await save("d.wav", Array(20).fill("EBUSY"), true);
refusals = ["EPERM", "EBUSY", "EACCES"];
steps.length = 0;
const kept = await fileStore(`${folder}/store`).saveAudio!("part/ab", new Uint8Array([1, 2]))
  .then(() => "kept", ({ code }) => code);
outcomes.push([kept, steps.join(", ")]);

const keep = async (work: () => Promise<unknown>) => {
  refusals = ["EBUSY"];
  steps.length = 0;
  await work();
  outcomes.push(steps.join(", "));
};
await keep(() => fileStore(`${folder}/store`).save("part/cd", "{}", undefined));
await keep(() => writeDurably(`${folder}/order.json`, "{}"));
console.log(
  JSON.stringify([...outcomes, (await readdir(folder)).filter((name) => /^..wav$/.test(name))]),
);
