/**
 * What a narration writes, and what it takes, by the number of its parts: today's journal beside the state of an earlier commit,
 * which was one JSON value. Prints a table in Markdown.
 *
 * ```sh
 * deno run -A bench/narration_state.ts
 * ```
 *
 * @module
 */

import { root } from "./processes.ts";

/** The commit before the journal. */
const EARLIER = "93ec181";

/** How many parts are measured. Of the earlier state 8,000 parts would write some 60 GB. */
const PARTS = { now: [100, 800, 8_000], earlier: [100, 800] } as const;

/** What one process has measured. */
interface Measured {
  readonly parts: number;
  readonly bytesAPart: number;
  readonly savesAPart: number;
  readonly cpuAPart: number;
  readonly timeAPart: number;
  readonly reopenCpu: number;
  readonly charges: number;
}

const folder = await Deno.makeTempDir();
try {
  await extract(EARLIER, folder);
  const rows: string[] = [];
  const now = new Map<number, Measured>();
  const earlier = new Map<number, Measured>();
  for (const parts of PARTS.now) {
    // In turn, because a machine that slows down slows both down.
    now.set(parts, await measure(root, parts));
    if (PARTS.earlier.some((count) => count === parts)) {
      earlier.set(parts, await measure(folder, parts));
    }
  }
  for (const [parts, a] of now) {
    const b = earlier.get(parts);
    const first = now.get(100) as Measured;
    const over = (x: number, y: number | undefined) => y === undefined ? "–" : (x / y).toFixed(4);
    rows.push(
      `| ${parts} | ${a.bytesAPart.toFixed(0)} | ${over(a.bytesAPart, b?.bytesAPart)} | ${
        a.cpuAPart.toFixed(2)
      } | ${over(a.cpuAPart, first.cpuAPart)} | ${over(a.timeAPart, first.timeAPart)} | ${
        over(a.cpuAPart, b?.cpuAPart)
      } | ${a.reopenCpu.toFixed(0)} |`,
    );
  }
  console.log(
    "| parts | bytes a part | to the earlier state | CPU a part, ms | to 100 parts | time a part, to 100 parts | CPU to the earlier state | " +
      "CPU to open and read all again, ms |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n" +
      rows.join("\n"),
  );
} finally {
  await Deno.remove(folder, { recursive: true });
}

/** Puts the files of a commit into a folder. */
async function extract(commit: string, folder: string): Promise<void> {
  const archive = `${folder}/archive.tar`;
  await run("git", ["-C", root, "archive", "-o", archive, commit]);
  await run("tar", ["-xf", archive, "-C", folder]);
}

async function measure(sdk: string, parts: number): Promise<Measured> {
  const program = `${root}/bench/clients/narration_state.ts`;
  const base = new URL(`file://${sdk.replace(/\/$/, "")}`).href;
  const config = `${sdk}/deno.json`;
  const output = await run(Deno.execPath(), [
    "run",
    "-A",
    "--no-check",
    "--no-lock",
    "--config",
    config,
    program,
    base,
    `${parts}`,
  ]);
  const measured = JSON.parse(output) as Measured;
  if (measured.charges !== parts) throw new Error(`${measured.charges} charges of ${parts} parts`);
  return measured;
}

async function run(command: string, args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args: [...args] }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr).trim().slice(-500));
  return new TextDecoder().decode(stdout);
}
