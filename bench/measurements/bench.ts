/**
 * What the measurements share.
 *
 * @module
 */

import type { Bundles, ContenderName } from "../bundles.ts";
import type { Counts } from "../counts.ts";
import type { Figure } from "../figures.ts";
import type { RunningServer, Runtime } from "../processes.ts";

/** What a measurement works with. */
export interface Bench {
  readonly runtime: Runtime;
  readonly server: RunningServer;
  /** What servers run on, and where files may be written. */
  readonly host: Runtime;
  readonly folder: string;
  readonly bundles: Bundles;
  readonly counts: Counts;
}

/** The state before the client was rebuilt. */
export const EARLIER: ContenderName = "9deec89";

/** The client that all are compared with. */
export const BARE: ContenderName = "connect-web";

/** The second copy of a client: what it differs from the first by is noise. */
export const LEAN_AGAIN = "lean, a second copy (noise)";

/** The clients by name, with the URLs of their bundles. */
export function contenders(
  { bundles }: Bench,
  names: readonly (ContenderName | typeof LEAN_AGAIN)[],
): Record<string, string> {
  const urls = names.map((name) => [
    name,
    // A module with another address is another module.
    name === LEAN_AGAIN ? `${bundles.contenders.lean}?2` : bundles.contenders[name],
  ]);
  return Object.fromEntries(urls);
}

/** A ratio with the bound that it must keep. */
export function ratio(name: string, value: number, most: number): Figure {
  return { name, value, unit: "ratio", bound: ["≤", most] };
}

export function milliseconds(ms: number): string {
  return `${ms.toFixed(ms < 10 ? 3 : 0)} ms`;
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

/** Runs `measure` for each name, `times` times, in turn; who goes first changes. */
export async function inTurn<N extends string, R>(
  names: readonly N[],
  times: number,
  measure: (name: N) => Promise<R>,
): Promise<Record<N, R[]>> {
  const results = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<N, R[]>;
  for (let i = 0; i < times; i++) {
    for (const name of i % 2 === 0 ? names : names.toReversed()) {
      results[name].push(await measure(name));
    }
  }
  return results;
}
