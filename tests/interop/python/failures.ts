import type { ErrorCode } from "@tsetsen/sdk/emulator";
import { equal, ok } from "../../hosts/assert.ts";
import { cases, KEY, LIVE_VOICE, MONEY, NO_CODE, type Scenario, TEXT, VOICE } from "./scenario.ts";

const BALANCE = { call: "get_user_balance" } as const;
const SPEECH = { text: TEXT, voiceId: VOICE } as const;
const PYTHON_SPEECH = { text: TEXT, voice_id: VOICE } as const;

const OWN_CLASS = "The Python SDK has a `ConnectionError`, too, and never raises it.";

/** Every status of a call that costs nothing, and why the two differ. */
const STATUSES: Readonly<Record<ErrorCode, string | undefined>> = {
  CANCELLED: NO_CODE,
  UNKNOWN: "What the service did not expect is no fault of the request.",
  INVALID_ARGUMENT: undefined,
  DEADLINE_EXCEEDED: undefined,
  NOT_FOUND: undefined,
  ALREADY_EXISTS: undefined,
  PERMISSION_DENIED: undefined,
  RESOURCE_EXHAUSTED: undefined,
  FAILED_PRECONDITION: NO_CODE,
  ABORTED: `${NO_CODE} This SDK tries again, as the status asks.`,
  OUT_OF_RANGE: NO_CODE,
  UNIMPLEMENTED: NO_CODE,
  INTERNAL: NO_CODE,
  UNAVAILABLE: undefined,
  DATA_LOSS: NO_CODE,
  UNAUTHENTICATED: undefined,
};

const statuses = Object.entries(STATUSES).map(([code, why]): Scenario => ({
  name: `\`${code}\`, of a call that costs nothing`,
  arrange: (emulator) =>
    emulator.addFault({
      kind: "error",
      code: code as ErrorCode,
      message: "тийм биш",
      trailers: { "x-trace": "abc" },
      times: Infinity,
    }),
  python: BALANCE,
  sdk: (client) => client.getUserBalance(),
  check(python, sdk) {
    for (const { error } of [python, sdk]) {
      ok(error?.own && error.text.includes("тийм биш"), `the message is ${error?.text}`);
      equal(error.details["x-trace"], "abc", "the trailing metadata");
    }
  },
  ...(why !== undefined && { why }),
}));

const others: Scenario[] = [
  {
    name: "The text of an error, and the job that it names",
    python: { call: "check_status", arguments: { request_id: "job-9" } },
    sdk: (client) => client.checkStatus("job-9"),
    fails: ({ text, requestId }) => `\`${text}\`, request id ${requestId ?? "None"}`,
    why: "The Python SDK's error does not carry the job's id.",
  },
  {
    name: "A malformed key",
    python: { ...BALANCE, client: { api_key: "secret" } },
    client: { apiKey: "secret" },
    sdk: (client) => client.getUserBalance(),
    why: MONEY,
  },
  {
    name: "No key",
    python: { ...BALANCE, client: { api_key: "" } },
    client: { apiKey: undefined },
    sdk: (client) => client.getUserBalance(),
    why: MONEY,
  },
  {
    name: "A key that the service does not know",
    emulator: { apiKeys: { [`${KEY}-other`]: 1 } },
    python: BALANCE,
    sdk: (client) => client.getUserBalance(),
  },
  {
    name: "An empty text to `generate_speech`",
    python: { call: "generate_speech", arguments: { ...PYTHON_SPEECH, text: "" } },
    sdk: (client) => client.generateSpeech({ ...SPEECH, text: "" }),
    why: "`except TsetsenError` does not catch Python's own `ValueError`.",
  },
  {
    name: "An empty text to `stream_speech`",
    python: { call: "stream_speech", arguments: { text: "", voice_id: LIVE_VOICE } },
    sdk: (client) => client.streamSpeech({ text: "", voiceId: LIVE_VOICE }).bytes(),
    why: "This SDK sends nothing that cannot be right.",
  },
  {
    name: "A speed of 0",
    python: { call: "generate_speech", arguments: { ...PYTHON_SPEECH, speed: 0 } },
    sdk: (client) => client.generateSpeech({ ...SPEECH, speed: 0 }),
    why: "As for an empty text.",
  },
  {
    name: "Nobody listens at the endpoint",
    nobody: true,
    python: BALANCE,
    sdk: (client) => client.getUserBalance(),
    why: OWN_CLASS,
  },
  {
    name: "A connection that breaks before each answer",
    arrange: (emulator) => emulator.addFault({ kind: "drop", times: Infinity }),
    python: BALANCE,
    sdk: (client) => client.getUserBalance(),
    why: OWN_CLASS,
  },
  {
    name: "A web page in place of an answer",
    arrange: (emulator) => emulator.addFault({ kind: "http", status: 200, times: Infinity }),
    python: BALANCE,
    sdk: (client) => client.getUserBalance(),
    why: "The endpoint is at fault, not the request. The message says so.",
  },
  {
    name: "HTTP 503 of a gateway",
    arrange: (emulator) => emulator.addFault({ kind: "http", status: 503, times: Infinity }),
    python: BALANCE,
    sdk: (client) => client.getUserBalance(),
    why: "This SDK keeps the HTTP status.",
  },
  {
    name: "A call that the service never answers, with a `timeout` of 0.3 s",
    arrange: (emulator) => emulator.addFault({ kind: "hang", times: Infinity }),
    python: { ...BALANCE, client: { timeout: 0.3 } },
    client: { timeout: 300 },
    sdk: (client) => client.getUserBalance(),
    check: (python, sdk) => {
      ok(python.ms > 3_000, `the four tries and their pauses took ${python.ms} ms`);
      ok(sdk.ms < 1_500, `the timeout of 300 ms took ${sdk.ms} ms`);
    },
    why:
      "The Python SDK's `timeout` is that of each of four tries, this SDK's that of the whole call.",
  },
  {
    name: "A wait of 0.3 s for a job whose status takes 1 s to come",
    arrange: (emulator) =>
      emulator.addFault({ kind: "delay", delay: 1_000, method: "CheckStatus", times: Infinity }),
    python: {
      call: "generate_and_wait",
      arguments: PYTHON_SPEECH,
      wait: { timeout: 0.3, poll_interval: 0.05 },
    },
    sdk: async (client) => {
      const { requestId } = await client.generateSpeech(SPEECH);
      return await client.waitForCompletion(requestId, { timeout: 300, pollInterval: 50 });
    },
    show: (_, { ms }) => ms >= 1_000 ? "the job, late" : "the job, in time",
    check: (_, sdk) => ok(sdk.ms < 900, `the wait of 300 ms took ${sdk.ms} ms`),
    why: "The Python SDK looks at the time between polls only.",
  },
  {
    name: "A wait of 0.3 s for a job that takes a minute",
    emulator: { queueTime: 60_000 },
    python: {
      call: "generate_and_wait",
      arguments: PYTHON_SPEECH,
      wait: { timeout: 0.3, poll_interval: 0.2 },
    },
    sdk: async (client) => {
      const { requestId } = await client.generateSpeech(SPEECH);
      return await client.waitForCompletion(requestId, { timeout: 300, pollInterval: 200 });
    },
    check(python, sdk) {
      equal([python.error?.own, sdk.error?.own], [false, true], "the SDK's own error");
      ok(sdk.error?.requestId !== undefined, "no request id");
    },
    why: "`except TsetsenError` does not catch Python's own `TimeoutError`.",
  },
];

export const failures = cases("Errors", [...statuses, ...others]);
