// A scenario: the same done by both SDKs, each to an emulator of its own, over native gRPC.

import { Client, type ClientOptions } from "@tsetsen/sdk";
import { type EmulatorOptions, type RunningEmulator, startEmulator } from "@tsetsen/sdk/emulator";
import { serveGrpc } from "@tsetsen/sdk/emulator/grpc";
import { grpcTransport } from "@tsetsen/sdk/grpc";
import { equal, ok, until } from "../../hosts/assert.ts";
import type { Case } from "../../hosts/context.ts";
import { closedPort } from "../../support/raw_server.ts";
import type { PythonCall, PythonSdk } from "./sdk.ts";
import { cell, type Ledger, type View, viewOfOurs, viewOfPython, type Wording } from "./view.ts";

/** What a scenario needs of the run. */
export interface PythonContext {
  readonly python: PythonSdk;
  /** Serves TLS by the tests' authority; undefined for plaintext. */
  readonly tls?: { readonly ca: string; readonly cert: string; readonly key: string };
}

/** The same, done by both. */
export interface Scenario extends Wording {
  /** The row's first cell. */
  readonly name: string;
  /** The service of it. */
  readonly emulator?: EmulatorOptions;
  /** What goes wrong. */
  readonly arrange?: (emulator: RunningEmulator) => void;
  /** Asks where nobody listens. */
  readonly nobody?: true;
  readonly python: PythonCall;
  readonly client?: ClientOptions;
  readonly sdk: (client: Client, emulator: RunningEmulator) => Promise<unknown>;
  /** What must hold beyond the table. */
  readonly check?: (python: View, sdk: View) => void;
  /** Why the two differ; undefined exactly when they do not. */
  readonly why?: string;
}

/** A row of the table. */
export interface Row {
  readonly python: string;
  readonly sdk: string;
  readonly why: string;
}

export const TEXT = "Сайн байна уу?";
export const KEY = "tsetsen-development-python";
export const VOICE = "emulator-v1-bold";
export const LIVE_VOICE = "emulator-v2-bold";

/** Checks that the service was asked for the same, and charged the same. */
export function askedAlike(python: View, sdk: View): void {
  const [ours, theirs] = [sdk, python].map(({ requests }) =>
    requests.map(({ method, message }) => ({ method, ...message, requestId: undefined }))
      .filter(({ method }) => method !== "CheckStatus")
  );
  equal(theirs, ours, "what the service was asked");
  equal(python.charges.map(({ credits }) => credits), sdk.charges.map(({ credits }) => credits));
}

/** Why two views differ, in many scenarios. */
export const NO_CODE = "The Python SDK raises its bare `TsetsenError`, without a code.";
export const MONEY = "This SDK's error says what is known about the money.";

/** The scenarios of a section as cases, whose facts are the rows. */
export function cases(
  group: string,
  scenarios: readonly Scenario[],
): Case<PythonContext>[] {
  return scenarios.map((scenario) => ({
    group,
    name: scenario.name,
    run: (context) => run(scenario, context),
  }));
}

async function run(scenario: Scenario, context: PythonContext): Promise<Row> {
  const { why } = scenario;
  const [python, sdk] = await Promise.all([byPython(scenario, context), byOurs(scenario, context)]);
  for (const { requests } of [python, sdk]) {
    for (const { headers, message, method } of requests) {
      const keys = [message?.["apiKey"], headers["x-api-key"], headers["x-goog-api-key"]];
      ok(new Set(keys).size === 1, `${method}: the key is not the same in all places`);
    }
  }
  scenario.check?.(python, sdk);
  const row = { python: cell(python, scenario), sdk: cell(sdk, scenario) };
  if (row.python === row.sdk) equal(why, undefined, `both say ${row.sdk}, so why they differ`);
  else ok(why !== undefined, `it is not said why they differ: ${row.python} | ${row.sdk}`);
  return { ...row, why: why ?? "" };
}

async function byPython(scenario: Scenario, context: PythonContext): Promise<View> {
  await using service = await serve(scenario, context);
  const { client, ...call } = scenario.python;
  const { emulator, host } = service;
  const options = { endpoint: host, secure: context.tls !== undefined, api_key: KEY, ...client };
  const outcome = await context.python.call({ ...call, client: options });
  return viewOfPython(outcome, await settled(emulator));
}

async function byOurs(scenario: Scenario, context: PythonContext): Promise<View> {
  await using service = await serve(scenario, context);
  const { emulator, host } = service;
  const { tls } = context;
  const transport = grpcTransport({ endpoint: host, secure: tls !== undefined, ca: tls?.ca });
  // Quick to try again: the tests wait long enough for the other.
  const backoff = { baseDelay: 20, jitter: false };
  const view = await viewOfOurs(async () => {
    using client = new Client({ transport, apiKey: KEY, backoff, ...scenario.client });
    return await scenario.sdk(client, emulator);
  }, () => ({ requests: [], charges: [] }));
  return { ...view, ...await settled(emulator) };
}

async function serve(
  { emulator: options, arrange, nobody }: Scenario,
  { tls }: PythonContext,
) {
  const emulator = await startEmulator({
    apiKeys: { [KEY]: 10_000 },
    queueTime: 0,
    pace: 0,
    ...options,
  });
  arrange?.(emulator);
  const server = await serveGrpc(emulator, tls === undefined ? {} : { tls });
  return {
    emulator,
    host: `127.0.0.1:${nobody ? closedPort() : server.port}`,
    async [Symbol.asyncDispose]() {
      await server.close();
      await emulator.close();
    },
  };
}

/** What the service saw, once nothing goes on there: who left is gone. */
async function settled(emulator: RunningEmulator): Promise<Ledger> {
  await until(
    "nothing goes on at the service",
    () => Promise.resolve(emulator.requests.every(({ done }) => done)),
  );
  const requests = emulator.requests.filter(({ method }) => method !== "Audio");
  return { requests, charges: emulator.ledger.charges };
}
