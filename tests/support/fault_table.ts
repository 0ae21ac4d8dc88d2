// What can go wrong between a client and the service, and the one error that each must become on every runtime.
//
// The emulator serves each row under a path of its own, so that all rows can be tried at once and a client on another
// runtime chooses a row by nothing but its endpoint: `arrange(emulator)` where the emulator runs, `tryFaults` where the
// client runs (Web APIs only; its result is JSON), and `differences` on either side.

import { Client, type ClientOptions } from "../../mod.ts";
import type { Emulator } from "../../src/emulator/mod.ts";
import { type Expected, type FaultRow, FAULTS } from "./faults.ts";

/** The calls that each row is tried with: one that is free, one that costs, and a stream. */
export const METHODS = ["GetUserBalance", "GenerateSpeech", "StreamSpeech"] as const;
export type Method = typeof METHODS[number];

/** What came of one call. */
export interface Outcome {
  readonly row: string;
  readonly method: Method;
  /** `undefined` when the call succeeded. */
  readonly error?: Readonly<Record<string, unknown>> | undefined;
}

/** Where the rows are. */
export interface FaultHost {
  /** The emulator's address. */
  readonly url: string;
  /** A port of this machine where nothing listens. */
  readonly closedPort: number;
  /** Makes a transport of native gRPC for an endpoint. Default: gRPC-Web. */
  readonly transport?: ((endpoint: string) => NonNullable<ClientOptions["transport"]>) | undefined;
}

/** The deadline of the rows that end by it, in milliseconds… */
const TIMEOUT = 1_000;
/** …and of all others, for which it must be out of reach on a machine that is busy. */
const PATIENCE = 30_000;

/** Makes an emulator serve the table. */
export function arrange(emulator: Emulator): void {
  FAULTS.forEach(({ fault }, index) => {
    if (fault === undefined) return;
    const when = ({ url }: { readonly url: string }) =>
      new URL(url).pathname.startsWith(`/row-${index}/`);
    emulator.addFault({ ...fault, times: Infinity, when });
  });
}

/** Tries every row with every method. */
export async function tryFaults(
  host: FaultHost,
  apiKey: string,
  fetch?: typeof globalThis.fetch,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const method of METHODS) {
    const rows = rowsOf(host).map(async ([{ name: row, expected }, index]): Promise<Outcome> => {
      const endpoint = endpointOf(index, host);
      using client = new Client({
        apiKey,
        endpoint,
        transport: host.transport?.(endpoint),
        fetch,
        secure: false,
        maxRetries: 0,
        dangerouslyAllowBrowser: true,
      });
      try {
        await call(client, method, expected.message.includes("{timeout}") ? TIMEOUT : PATIENCE);
        return { row, method };
      } catch (error) {
        return { row, method, error: facts(error) };
      }
    });
    outcomes.push(...await Promise.all(rows));
  }
  return outcomes;
}

/**
 * What is not as the table says; empty when all is well.
 *
 * @param provesRefusal Whether the runtime tells a connection that was never made from one that was lost. Browsers do not.
 */
export function differences(
  outcomes: readonly Outcome[],
  host: FaultHost,
  provesRefusal = true,
): string[] {
  const found: string[] = [];
  for (const [row, index] of rowsOf(host)) {
    for (const method of METHODS) {
      const outcome = outcomes.find((one) => one.row === row.name && one.method === method);
      const expected = method === "StreamSpeech" && row.stream !== undefined
        ? row.stream
        : row.expected;
      const wanted = expected === "succeeds"
        ? undefined
        : complete(expected, method, host, new URL(endpointOf(index, host)).origin);
      // Nothing about money where nothing costs.
      if (wanted && method === "GetUserBalance") wanted["charged"] = undefined;
      else if (wanted && row.endpoint !== undefined && !provesRefusal) {
        wanted["charged"] = "unknown";
      }
      const id = outcome?.error?.["requestId"];
      if (wanted && row.afterId && method === "GenerateSpeech") {
        const text = `${wanted["message"]} (Request ID: ${id})`;
        Object.assign(wanted, { message: text, charged: "yes", requestId: id || "an id" });
      } else if (wanted) wanted["message"] = advised(wanted);
      for (const name in { ...wanted, ...outcome?.error }) {
        if (name === "statusCode" && wanted?.["anyStatus"]) continue;
        const [is, should] = [outcome?.error?.[name], wanted?.[name]];
        if (name !== "anyStatus" && is !== should) {
          found.push(`${row.name}, ${method}: ${name} is ${is}, expected ${should}`);
        }
      }
    }
  }
  return found;
}

/** The rows that can happen to what the host speaks, each with its number in the table. */
export function rowsOf({ transport }: FaultHost): [row: FaultRow, index: number][] {
  const all = FAULTS.map((row, index): [FaultRow, number] => [row, index]);
  return transport === undefined ? all : all.filter(([{ webOnly }]) => webOnly === undefined);
}

function endpointOf(index: number, { url, closedPort }: FaultHost): string {
  const { endpoint } = FAULTS[index]!;
  if (endpoint === "closed") return `http://127.0.0.1:${closedPort}`;
  // RFC 6761: a name that never resolves.
  return endpoint === "unknown" ? "http://tsetsen.invalid:50051" : `${url}/row-${index}`;
}

async function call(client: Client, method: Method, timeout: number): Promise<unknown> {
  const text = "Сайн уу?";
  switch (method) {
    case "GetUserBalance":
      return await client.getUserBalance({}, { timeout });
    case "GenerateSpeech":
      return await client.generateSpeech({ text, voiceId: "emulator-v1-bold" }, { timeout });
    case "StreamSpeech":
      return await client.streamSpeech({ text, voiceId: "emulator-v2-bold" }, { timeout }).bytes();
  }
}

function facts(error: unknown): Record<string, unknown> {
  const { name, code, message, statusCode, charged, requestId } = error as Record<string, unknown>;
  return { name, code, message, statusCode, charged, requestId };
}

/** What errors say of a call that may have been charged. */
export const ADVICE = "It may have been charged: look at the balance before sending it again.";

/** The message with what the error adds when the call may have been charged. */
function advised({ message, charged }: Record<string, unknown>): string {
  if (charged !== "unknown" || `${message}`.endsWith(ADVICE)) return `${message}`;
  return `${`${message}`.replace(/[^.)]$/, "$&.")} ${ADVICE}`;
}

function complete(
  expected: Expected,
  method: Method,
  { transport }: FaultHost,
  origin: string,
): Record<string, unknown> {
  const advice = method === "GetUserBalance" ? "Try again, or give it more time." : ADVICE;
  // The default of a message of a stream, and of every other answer.
  const largest = method === "StreamSpeech" ? "16777216" : "1048576";
  const places: Record<string, string> = { origin, method, advice, largest, timeout: `${TIMEOUT}` };
  const text = expected.message.replace(/\{(\w+)\}/g, (_, name) => places[name] ?? "");
  const message = `${expected.code}: ${text}`;
  return {
    ...expected,
    message: transport === undefined ? message : message.replaceAll("gRPC-Web", "gRPC")
      .replace("native gRPC needs grpcTransport", "gRPC-Web needs no grpcTransport"),
  };
}
