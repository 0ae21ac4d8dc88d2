/**
 * How soon live speech begins, as a ratio to `streamSpeech` of the first sentence alone, on Deno, Bun and Node. The emulator is a
 * process of its own, as a service is.
 *
 * ```sh
 * deno run -A bench/live.ts [rounds] [delay]
 * ```
 *
 * `delay` is what the emulator waits before it answers, in milliseconds: a service thinks before its first sample.
 *
 * @module
 */

import { bundle } from "./bundles.ts";
import type { LiveTask, LiveTimes } from "./clients/live.ts";
import { findRuntimes, root, run, startServer } from "./processes.ts";

/** The promise: at most this. */
const BOUND = 1.15;

const [rounds = "200", delay = "0"] = Deno.args;
const folder = await Deno.makeTempDir();
try {
  const programs = { emulator: `${folder}/emulator.mjs`, live: `${folder}/live.mjs` };
  await bundle(root, "bench/emulator.ts", programs.emulator);
  await bundle(root, "bench/clients/live.ts", programs.live);
  const runtimes = (await findRuntimes()).filter(({ version }) => version !== undefined);
  console.log(`${rounds} rounds each, ${delay} ms before each answer`);
  console.log("| runtime | `streamSpeech` alone | `speakLive` | ratio | noise | bound | |");
  console.log("| --- | --: | --: | --: | --: | --: | --- |");
  for (const runtime of runtimes) {
    await using server = await startServer(runtimes[0]!, programs.emulator, [delay]);
    const task: LiveTask = { endpoint: server.base, rounds: Number(rounds) };
    const { alone, live, again } = await run<LiveTimes>(runtime, programs.live, task);
    const ratio = live / alone;
    console.log(
      `| ${runtime.name} ${runtime.version} | ${alone.toFixed(2)} ms | ${live.toFixed(2)} ms | ` +
        `${ratio.toFixed(2)} | ${(again / alone).toFixed(2)} | ≤ ${BOUND} | ${
          ratio <= BOUND ? "pass" : "**FAIL**"
        } |`,
    );
    if (ratio > BOUND) Deno.exitCode = 1;
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
