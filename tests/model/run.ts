// The model-based money test: random programs against the ledger of the emulator.
//
//   deno task test:model 20000 [SEED]     so many programs from a seed on
//   deno task test:model 1 SEED           one program alone

import { runProgram } from "./program.ts";

/** How many programs run side by side: most of them wait for something. */
const LANES = 6;

export interface Report {
  /** How many programs of each kind ran. */
  readonly kinds: Readonly<Record<string, number>>;
  /** What is wrong, by seed. */
  readonly failures: readonly { readonly seed: number; readonly error: unknown }[];
}

/** Runs the programs of `count` seeds. It stops at ten failures. */
export async function runPrograms(
  count: number,
  first: number,
  tell: (line: string) => void = () => {},
): Promise<Report> {
  const kinds: Record<string, number> = {};
  const failures: { seed: number; error: unknown }[] = [];
  const running = new Set<number>();
  const unhandled = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    const error = new Error(`unhandled rejection: ${event.reason}`, { cause: event.reason });
    failures.push({ seed: Math.min(...running), error });
    tell(`one of the seeds ${[...running]}: ${error.message}\n${event.reason?.stack}`);
  };
  globalThis.addEventListener("unhandledrejection", unhandled);
  let next = first;
  const lane = async () => {
    while (next < first + count && failures.length < 10) {
      const seed = next++;
      running.add(seed);
      try {
        const kind = await runProgram(seed);
        kinds[kind] = (kinds[kind] ?? 0) + 1;
      } catch (error) {
        failures.push({ seed, error });
        tell(`seed ${seed}: ${(error as Error)?.stack ?? error}`);
      }
      running.delete(seed);
      if (seed % 1_000 === 0) tell(`${seed - first} programs, ${failures.length} failures`);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(LANES, count) }, lane));
    await new Promise((resolve) => setTimeout(resolve));
  } finally {
    globalThis.removeEventListener("unhandledrejection", unhandled);
  }
  return { kinds, failures };
}

if (import.meta.main) {
  const [count = "20000", seed = `${Date.now() % 1_000_000_000}`] = Deno.args;
  console.log(`${count} programs from seed ${seed}`);
  const { kinds, failures } = await runPrograms(Number(count), Number(seed), console.log);
  console.log(kinds);
  console.log(`${failures.length} failures ${failures.map((failure) => failure.seed)}`);
  Deno.exit(failures.length === 0 ? 0 : 1);
}
