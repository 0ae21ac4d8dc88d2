import type { Measured } from "../figures.ts";
import { run } from "../processes.ts";
import { median } from "../statistics.ts";
import type { WaitsResult, WaitsTask } from "../types.ts";
import { BARE, type Bench, contenders, EARLIER, inTurn, megabytes, ratio } from "./bench.ts";

const NAMES = ["default", "lean", EARLIER, BARE] as const;

/** Thousands of jobs waited for at once. */
export async function waits(bench: Bench): Promise<Measured> {
  const { runtime, server, bundles, counts } = bench;
  const { jobs } = counts;
  const all = contenders(bench, NAMES);
  const results = await inTurn(NAMES, counts.waitRuns, async (name) => {
    await server.stats(); // begins a new count
    const task: WaitsTask = { base: server.base, contender: all[name]!, jobs };
    const result = await run<WaitsResult>(runtime, bundles.programs.waits, task);
    return { ...result, ...await server.stats() };
  });
  const of = (name: (typeof NAMES)[number], key: keyof (typeof results)["lean"][number]) =>
    median(results[name].map((run) => run[key]));
  const name = `${jobs.toLocaleString("en")} waits`;
  const mine = ["default", "lean"] as const;
  return {
    tables: [{
      title: `${name} at once`,
      head: ["client", "time", "CPU", "peak of memory", "slowest call", "requests", "connections"],
      rows: NAMES.map((name) => [
        name,
        `${(of(name, "time") / 1_000).toFixed(1)} s`,
        `${(of(name, "cpu") / 1_000).toFixed(1)} s`,
        megabytes(of(name, "peak")),
        `${of(name, "slowest").toFixed(0)} ms`,
        of(name, "requests").toLocaleString("en"),
        of(name, "connections").toLocaleString("en"),
      ]),
    }],
    figures: mine.flatMap((client) => [
      ratio(`${client}, ${name}, CPU, to connect-web`, of(client, "cpu") / of(BARE, "cpu"), 1),
      ratio(`${client}, ${name}, memory, to connect-web`, of(client, "peak") / of(BARE, "peak"), 1),
      {
        name: `${client}, ${name}, connections`,
        value: of(client, "connections"),
        unit: "connections",
        // 64 calls in flight by default; one of them may find its kept connection closing.
        bound: ["≤", 66],
      },
    ]),
  };
}
