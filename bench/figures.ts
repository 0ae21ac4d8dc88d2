/**
 * Tables, and figures with their bounds.
 *
 * @module
 */

/** A table of a report. */
export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A figure with a bound. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: "ratio" | "MB" | "connections" | "bytes";
  readonly bound: Bound;
}

/** A bound: the value must be at most, or below, so much. */
export type Bound = readonly ["≤" | "<", number];

/** Whether a figure keeps its bound. */
export function passes({ value, bound: [relation, limit] }: Figure): boolean {
  return relation === "<" ? value < limit : value <= limit;
}

/** What a measurement came to. */
export interface Measured {
  readonly tables: readonly Table[];
  readonly figures: readonly Figure[];
}

/** What one runtime came to. */
export interface RuntimeReport {
  readonly runtime: string;
  /** `undefined` when it is absent. */
  readonly version: string | undefined;
  readonly tables: Table[];
  readonly figures: Figure[];
  /** Measurements that broke off. */
  readonly errors: string[];
}

/** What the bench came to. */
export interface Report {
  readonly quick: boolean;
  readonly date: string;
  readonly machine: string;
  readonly server: string;
  readonly runtimes: RuntimeReport[];
  /** What no runtime changes: the sizes. */
  readonly general: Measured;
}
