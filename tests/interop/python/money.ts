import type { Fault } from "@tsetsen/sdk/emulator";
import { equal, ok } from "../../hosts/assert.ts";
import { cases, LIVE_VOICE, MONEY, type Scenario, TEXT, VOICE } from "./scenario.ts";

const SPEECH = { text: TEXT, voiceId: VOICE } as const;
const GENERATE = { call: "generate_speech", arguments: { text: TEXT, voice_id: VOICE } } as const;
const STREAM = { text: TEXT, voiceId: LIVE_VOICE } as const;
const PYTHON_STREAM = {
  call: "stream_speech",
  arguments: { text: TEXT, voice_id: LIVE_VOICE },
} as const;

const ONCE = "This SDK never sends again what may have arrived.";

/** Faults that strike when the job is accepted and paid for: neither client can know. */
const AFTER_PAYING: Readonly<Record<string, Fault>> = {
  "the answer is lost with the connection": { kind: "drop", charged: true },
  "the answer does not come within the `timeout`": { kind: "hang", charged: true },
  "the answer is `UNAVAILABLE`": { kind: "error", code: "UNAVAILABLE", charged: true },
  "the answer is `DEADLINE_EXCEEDED`": { kind: "error", code: "DEADLINE_EXCEEDED", charged: true },
};

const list: Scenario[] = [
  ...Object.entries(AFTER_PAYING).map(([what, fault]): Scenario => ({
    name: `A job is accepted, and ${what}`,
    arrange: (emulator) =>
      emulator.addFault({ ...fault, method: "GenerateSpeech", times: Infinity }),
    python: { ...GENERATE, client: { timeout: 0.5 } },
    client: { timeout: 500 },
    sdk: (client) => client.generateSpeech(SPEECH),
    check(python, sdk) {
      equal([python.requests.length, python.charges.length], [4, 4], "of the Python SDK");
      equal([sdk.requests.length, sdk.charges.length], [1, 1], "of this SDK");
    },
    why: ONCE,
  })),
  {
    name: "A job is accepted, with a status that the SDK does not know (99)",
    arrange: (emulator) => emulator.addFault({ kind: "unknown-enum", method: "GenerateSpeech" }),
    python: GENERATE,
    sdk: (client) => client.generateSpeech(SPEECH),
    show: ({ requestId, status }: { requestId: string; status: number }) =>
      `${requestId === "" ? "no" : "an"} id, ${status}`,
    why: "What was paid for is lost with its id.",
  },
  {
    name: "`max_retries=0`, and the service is unavailable",
    arrange: (emulator) =>
      emulator.addFault({ kind: "error", code: "UNAVAILABLE", times: Infinity }),
    python: { call: "get_user_balance", client: { max_retries: 0 } },
    client: { maxRetries: 0 },
    sdk: (client) => client.getUserBalance(),
    why: "The Python SDK takes the option and does not use it.",
  },
  {
    name: "`RESOURCE_EXHAUSTED` once, of a job",
    arrange: (emulator) =>
      emulator.addFault({ kind: "error", code: "RESOURCE_EXHAUSTED", method: "GenerateSpeech" }),
    python: GENERATE,
    sdk: (client) => client.generateSpeech(SPEECH),
    show: () => "accepted",
    check: (...views) => views.forEach(({ charges }) => equal(charges.length, 1, "charges")),
  },
  {
    name: "The same with `retry-after: 1`",
    arrange: (emulator) =>
      emulator.addFault({
        kind: "error",
        code: "RESOURCE_EXHAUSTED",
        method: "GenerateSpeech",
        trailers: { "retry-after": "1" },
      }),
    python: GENERATE,
    sdk: (client) => client.generateSpeech(SPEECH),
    show: (_, { requests }) => {
      const [first, second] = requests;
      // Its first pause is 0.5 s, a fifth more or less.
      return second!.time - first!.time >= 950
        ? "accepted, after the wait that was asked for"
        : "accepted, asked again too early";
    },
    why: "The Python SDK does not read what the service asks for.",
  },
  {
    name: "`RESOURCE_EXHAUSTED` once, of a stream",
    arrange: (emulator) =>
      emulator.addFault({ kind: "error", code: "RESOURCE_EXHAUSTED", method: "StreamSpeech" }),
    python: PYTHON_STREAM,
    sdk: (client) => client.streamSpeech(STREAM).bytes(),
    show: () => "audio",
    why: "The Python SDK retries the making of a generator, in which nothing can fail.",
  },
  {
    name: "The second stream within a minute, on the free tier",
    emulator: { streamLimits: { perMinute: 1 } },
    python: { ...PYTHON_STREAM, call: "stream_twice" },
    sdk: async (client) => {
      await client.streamSpeech(STREAM).bytes();
      await client.streamSpeech(STREAM, { maxRetries: 0 }).bytes();
    },
    why: MONEY,
  },
  {
    name: "A text that costs more than there is",
    emulator: { apiKeys: { "tsetsen-development-python": 1 } },
    python: GENERATE,
    sdk: (client) => client.generateSpeech(SPEECH),
    check: (_, sdk) => ok(sdk.ms < 1_000, "it waited"),
    why: "Asking again does not help, so this SDK tells it apart, and asks once.",
  },
  {
    name: "A stream that breaks off after its first chunks",
    arrange: (emulator) =>
      emulator.addFault({ kind: "drop", method: "StreamSpeech", afterBytes: 20_000, pause: 100 }),
    python: PYTHON_STREAM,
    sdk: (client) => client.streamSpeech(STREAM).bytes(),
    why: "This SDK tells that a connection was lost, and that the stream was paid for.",
  },
];

export const money = cases("Money", list);
