import { assertEquals } from "@std/assert";
import { readExports } from "../../.ci/doc_model.ts";
import { findGaps } from "../../.ci/doc_rules.ts";

/** The gaps of a module. */
async function gapsOf(source: string): Promise<string[]> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/mod.ts`, source);
    return findGaps(await readExports({ ".": `${folder}/mod.ts` }));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("findGaps finds options without a default, and numbers without unit and range", async () => {
  const gaps = await gapsOf(`
    export interface CallOptions {
      /** Ends the call. */
      readonly signal?: AbortSignal;
      /** A time limit. Default 5. */
      readonly timeout?: number | undefined;
      /** The time in milliseconds, above 0. Default 5. */
      readonly complete?: number | undefined;
      /** Required, so it has no default. */
      readonly name: string;
    }
    /** No options. */
    export interface Answer {
      /** Nothing. */
      readonly size?: number;
    }
  `);
  assertEquals(gaps, [
    "CallOptions.signal: default",
    "CallOptions.timeout: range",
    "CallOptions.timeout: unit",
  ]);
});

Deno.test("findGaps finds functions and methods that do not say what they return and throw", async () => {
  const gaps = await gapsOf(`
    export interface CallOptions {
      /** Ends the call. Default: none. */
      readonly signal?: AbortSignal;
    }
    export interface WatchOptions extends Omit<CallOptions, "headers"> {}
    /** Adds. */
    export function add(a: number): number { return a; }
    /** Adds. It never throws. @returns The sum. */
    export function sum(a: number): number { return a; }
    export class Client {
      /** Ends it. */
      close(): void {}
      /** Calls. @returns The answer. @throws {Error} when it fails. */
      async call(options: WatchOptions = {}): Promise<number> { return await Promise.resolve(1); }
      /** @internal */
      hidden(a: number): number { return a; }
      /**
       * Calls.
       * @returns The answer.
       * @throws {ClientClosedError} when it is closed.
       * @throws {unknown} the signal's own reason when it aborts.
       */
      async complete(options: CallOptions): Promise<number> { return await Promise.resolve(1); }
    }
  `);
  assertEquals(gaps, [
    "Client.call: @returns",
    "Client.call: @throws",
    "Client.call: @throws {ClientClosedError}",
    "Client.call: @throws, the signal's reason",
    "add: @returns",
    "add: @throws",
    "sum: @returns",
  ]);
});
