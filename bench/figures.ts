/**
 * Figures and their bounds.
 *
 * @module
 */

/** One line of a table. */
export interface Figure {
  readonly name: string;
  readonly ours: string;
  readonly bare: string;
  /** What is compared with the bound. */
  readonly value: number;
  readonly unit: "ratio" | "MB" | "connections" | "bytes";
  readonly bound: Bound;
}

/** A bound: the value must be at most, below, or at least so much. */
export type Bound = readonly ["≤" | "<" | "≥", number];

/** Whether a figure keeps its bound. */
export function passes({ value, bound: [relation, limit] }: Figure): boolean {
  if (relation === "<") return value < limit;
  return relation === "≤" ? value <= limit : value >= limit;
}

/** A peer in the table of unary calls. */
export interface Peer {
  readonly name: string;
  readonly median: number;
  readonly cpu: number;
  /** Ratios to bare connect-web. */
  readonly medianRatio: number;
  readonly cpuRatio: number;
}

/** What one runtime came to. */
export interface RuntimeReport {
  readonly runtime: string;
  /** `undefined` when it is absent. */
  readonly version: string | undefined;
  readonly figures: Figure[];
  readonly peers: Peer[];
  /** Measurements that did not come to an end. */
  readonly errors: string[];
}

/** What the bench came to. */
export interface Report {
  readonly quick: boolean;
  readonly machine: string;
  readonly server: string;
  readonly runtimes: RuntimeReport[];
  readonly figures: Figure[];
}
