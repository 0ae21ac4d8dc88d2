import type { UnaryResult } from "./types.ts";

/** The median; of an even number of values the lower one of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[(sorted.length - 1) >> 1] ?? NaN;
}

/** What the rounds of each client came to: medians, and the medians of the ratios to each client within one round. */
export function compare(
  rounds: Readonly<Record<string, { readonly times: number[]; readonly cpu: number[] }>>,
): Record<string, UnaryResult> {
  const ratios = (key: "times" | "cpu", own: readonly number[]) =>
    Object.fromEntries(
      Object.entries(rounds).map(([name, other]) => [
        name,
        median(own.map((value, round) => value / (other[key][round] as number))),
      ]),
    );
  return Object.fromEntries(
    Object.entries(rounds).map(([name, { times, cpu }]) => [name, {
      time: median(times),
      cpu: median(cpu),
      timeTo: ratios("times", times),
      cpuTo: ratios("cpu", cpu),
    }]),
  );
}
