// Feeds each kind of file that the SDK makes to real readers, and its captions to real parsers, and writes what came of it.
//
//   deno task test:readers [--md FILE]
//
// It installs what it needs into `.cache` with pip, npm, go, cargo and javac. ffmpeg, SoX, mpv, Chromium and Firefox are used where they
// are on the machine. It fails when a reader gets no sound of a whole file.

import { parseArgs } from "node:util";
import { type BrowserRun, runBrowsers } from "./browsers.ts";
import { parseCaptions } from "./captions.ts";
import { run } from "../hosts/tools.ts";
import { type Kind, kinds } from "./kinds.ts";
import { type Reader, readers, type Reading } from "./readers.ts";
import { page, verdict } from "./table.ts";
import { installReaders } from "./tools.ts";

const { values } = parseArgs({ args: Deno.args, options: { md: { type: "string" } } });
const print = (line: string) => void Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));

/** A reader, and what it made of each kind. */
export interface ReaderRun {
  readonly name: string;
  readonly version: string;
  readonly readings: readonly Reading[];
}

await installReaders();
const folder = await Deno.makeTempDir({ prefix: "tsetsen-readers-" });
try {
  const all = kinds();
  const runs: ReaderRun[] = [];
  for (const reader of readers) {
    const reading = await runReader(reader, all);
    if (reading === undefined) print(`${reader.name}: not on this machine`);
    else {
      runs.push(reading);
      print(
        `${reading.name} ${reading.version}: ${
          reading.readings.map((one, i) => verdict(one, all[i]!)).join(" | ")
        }`,
      );
    }
  }
  const browsers: BrowserRun[] = await runBrowsers(all);
  const captions = [...await parseCaptions(folder), ...browsers.map(({ captions }) => captions)];
  const text = page(all, runs, browsers, captions);
  if (values.md) {
    await Deno.writeTextFile(values.md, text);
    await run([Deno.execPath(), "fmt", "--quiet", values.md]);
  } else print(text);
  const silent = runs.filter(({ readings: [whole] }) => whole?.error !== undefined);
  for (const { name } of silent) print(`FAILED ${name} does not read a whole file`);
  print(`${runs.length - silent.length} passed, ${silent.length} failed`);
  if (silent.length > 0) Deno.exitCode = 1;
} finally {
  await Deno.remove(folder, { recursive: true });
}

async function runReader(reader: Reader, all: readonly Kind[]): Promise<ReaderRun | undefined> {
  const version = await reader.version();
  if (version === undefined) return undefined;
  const readings: Reading[] = [];
  for (const { bytes } of all) {
    const file = `${folder}/file.wav`;
    await Deno.writeFile(file, bytes);
    readings.push(await reader.read(file, folder));
  }
  return { name: reader.name, version, readings };
}
