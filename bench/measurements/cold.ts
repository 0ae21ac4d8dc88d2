import type { Measured } from "../figures.ts";
import { run } from "../processes.ts";
import { median } from "../statistics.ts";
import type { ColdResult, ColdTask } from "../types.ts";
import { BARE, type Bench, contenders, EARLIER, inTurn, milliseconds, ratio } from "./bench.ts";

const NAMES = ["default", "lean", EARLIER, BARE, "minimal fetch (the limit)"] as const;

/** What lean may take of the time of connect-web. */
const BOUNDS: Readonly<Record<string, number>> = { Deno: 0.4, Bun: 0.25, Node: 0.6 };

/** Import and first call, in fresh processes. */
export async function cold(bench: Bench): Promise<Measured> {
  const { runtime, server, bundles, counts } = bench;
  const all = contenders(bench, NAMES);
  const results = await inTurn(NAMES, counts.coldRuns, (name) => {
    const task: ColdTask = { base: server.base, contender: all[name]! };
    return run<ColdResult>(runtime, bundles.programs.cold, task);
  });
  const of = (name: (typeof NAMES)[number], key: keyof ColdResult) =>
    median(results[name].map((run) => run[key]));
  return {
    tables: [{
      title: "Import and first call, in a fresh process",
      head: ["client", "import", "import and first call", "to connect-web"],
      rows: NAMES.map((name) => [
        name,
        milliseconds(of(name, "imported")),
        milliseconds(of(name, "time")),
        (of(name, "time") / of(BARE, "time")).toFixed(2),
      ]),
    }],
    figures: [
      ratio(
        "lean, import and first call, to connect-web",
        of("lean", "time") / of(BARE, "time"),
        BOUNDS[runtime.name] ?? 1,
      ),
      ratio(
        "default, import and first call, to connect-web",
        of("default", "time") / of(BARE, "time"),
        1.15,
      ),
    ],
  };
}
