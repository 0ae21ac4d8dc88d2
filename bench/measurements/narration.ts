import type { Measured } from "../figures.ts";
import { root, run, startServer } from "../processes.ts";
import type { NarrationMemoryResult, NarrationMemoryTask } from "../types.ts";
import { type Bench, megabytes } from "./bench.ts";

/** A long text made into one file. No other client does it, so a longer narration is compared with a shorter one. */
export async function narration(bench: Bench): Promise<Measured> {
  const { runtime, host, folder, bundles, counts } = bench;
  await using emulator = await startServer(host, bundles.programs.emulator);
  const text = `${root}examples/demo/udhr-mn.txt`;
  const path = `${folder}/narration.wav`;
  const speak = (times: number) => {
    const task: NarrationMemoryTask = { base: emulator.base, text, times, path };
    return run<NarrationMemoryResult>(runtime, bundles.programs.narrationMemory, task);
  };
  const [fewer, more] = counts.narrations;
  const [short, long] = [await speak(fewer), await speak(more)];
  const peak = ({ halves }: NarrationMemoryResult) => Math.max(...halves);
  const [first, second] = long.halves;
  const name = `narration of ${megabytes(long.bytes)}`;
  return {
    tables: [{
      title: "Narration into a file",
      head: ["audio", "peak of memory, first half", "second half"],
      rows: [short, long].map(({ bytes, halves }) => [megabytes(bytes), ...halves.map(megabytes)]),
    }],
    figures: [
      {
        name: `${name}, peak of memory beyond that of ${megabytes(short.bytes)}`,
        value: (peak(long) - peak(short)) / 1e6,
        unit: "MB",
        bound: ["<", 64],
      },
      {
        name: `${name}, growth of memory in its second half`,
        value: (second - first) / 1e6,
        unit: "MB",
        bound: ["<", 16],
      },
    ],
  };
}
