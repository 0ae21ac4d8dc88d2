import {
  type CheckStatusResponse,
  Gender,
  type GetUserBalanceResponse,
  type ListVoicesResponse,
} from "@tsetsen/sdk";
import { DEFAULT_ENDPOINT } from "../../../src/options.ts";
import { equal, ok } from "../../hosts/assert.ts";
import { cases, KEY, type Scenario, TEXT, VOICE } from "./scenario.ts";
import { statusName, type View } from "./view.ts";

const SPEECH = { text: TEXT, voiceId: VOICE } as const;
const PYTHON_SPEECH = { text: TEXT, voice_id: VOICE } as const;

/** The voices with all their fields. */
function voices({ voices }: ListVoicesResponse): string {
  for (const { previewUrl } of voices) {
    ok(/^http.*\/audio\/voice-.*\.wav$/.test(previewUrl ?? ""), `the preview is ${previewUrl}`);
  }
  return voices.map(({ id, name, gender, language }) =>
    `${id} ${name} ${typeof gender === "string" ? gender : Gender[gender]} ${language}`
  ).join(", ");
}

/** What a wait ended with. */
function ended({ status, errorMessage, audioUrl, metrics }: CheckStatusResponse): string {
  const { audioLength, creditsUsed, characterCount } = metrics ?? {};
  const facts = [
    statusName(status),
    audioUrl === undefined ? undefined : "an address of audio",
    errorMessage === undefined ? undefined : `"${errorMessage}"`,
    audioLength ? `${audioLength.toFixed(2)} s` : undefined,
    `${creditsUsed} credits`,
    `${characterCount} characters`,
  ];
  return facts.filter((fact) => fact !== undefined).join(", ");
}

/** That the service was asked for the same. */
function askedAlike(python: View, sdk: View): void {
  const [ours, theirs] = [sdk, python].map(({ requests }) =>
    requests.map(({ method, message }) => ({ method, ...message, requestId: undefined }))
      .filter(({ method }) => method !== "CheckStatus")
  );
  equal(theirs, ours, "what the service was asked");
  equal(python.charges.map(({ credits }) => credits), sdk.charges.map(({ credits }) => credits));
}

const list: Scenario[] = [
  {
    name: "The endpoint when none is given",
    python: { call: "default_endpoint", client: { endpoint: null } },
    sdk: () => Promise.resolve(DEFAULT_ENDPOINT),
    show: (endpoint: string) => `\`${endpoint}\``,
    why: "The Python SDK's documentation names the other one.",
  },
  {
    name: "Voices of `beta-v0.1`",
    python: { call: "list_voices", arguments: { version: "beta-v0.1" } },
    sdk: (client) => client.listVoices({ version: "beta-v0.1" }),
    show: voices,
    check: askedAlike,
  },
  {
    name: "Voices of `beta-v0.2`, past the service's cache",
    python: { call: "list_voices", arguments: { version: "beta-v0.2", skip_cache: true } },
    sdk: (client) => client.listVoices({ version: "beta-v0.2", skipCache: true }),
    show: voices,
    check(python, sdk) {
      askedAlike(python, sdk);
      equal(python.requests[0]?.message?.["skipCache"], true);
    },
  },
  {
    name: "The version that is asked for when none is given",
    python: { call: "list_voices" },
    sdk: (client) => client.listVoices(),
    show: (_, { requests }) => `\`"${requests[0]?.message?.["version"]}"\``,
    why: "The Python SDK documents `beta-v0.1`, and leaves the choice to the service.",
  },
  {
    name: "Balance",
    python: { call: "get_user_balance" },
    sdk: (client) => client.getUserBalance(),
    show: ({ credits }: GetUserBalanceResponse) => `${credits} credits`,
    check: askedAlike,
  },
  {
    name: "A call's metadata, beside the key in `x-api-key` and `x-goog-api-key`",
    python: { call: "get_user_balance" },
    sdk: (client) => client.getUserBalance(),
    show: (_, { requests }) => {
      const { "grpc-timeout": timeout = "", "user-agent": agent = "", ...rest } =
        requests[0]?.headers ?? {};
      // Of 30 s, some has passed.
      const left = Number.parseInt(timeout) * { m: 1, u: 1e-3, S: 1e3 }[timeout.at(-1) ?? ""]!;
      ok(left > 25_000 && left <= 30_000, `the deadline is ${timeout}`);
      const agents = agent.split(" ").map((part) => part.replace(/\/.*/, "")).slice(0, 1);
      return [...agents, ...("x-user-agent" in rest ? ["x-user-agent"] : []), "deadline 30 s"]
        .join(", ");
    },
    why: "The Python SDK shows the name and version of its gRPC library only.",
  },
  {
    name: "A submitted text",
    python: { call: "generate_speech", arguments: { ...PYTHON_SPEECH, speed: 1.5 } },
    sdk: (client) => client.generateSpeech({ ...SPEECH, speed: 1.5 }),
    show: ({ requestId, status }: { requestId: string; status: unknown }) => {
      ok(requestId.length > 0, "no id");
      return `an id, ${statusName(status)}`;
    },
    check(python, sdk) {
      askedAlike(python, sdk);
      for (const { charges, requests } of [python, sdk]) {
        equal([charges.length, requests.length], [1, 1], "charges and requests");
        equal(requests[0]?.message, {
          ...{ apiKey: KEY, text: TEXT, voiceId: VOICE, speed: 1.5, version: "beta-v0.1" },
        });
      }
    },
  },
  {
    name: "Waiting for a job that ends COMPLETED",
    emulator: { queueTime: 50, pace: 2 },
    python: {
      call: "generate_and_wait",
      arguments: PYTHON_SPEECH,
      wait: { timeout: 10, poll_interval: 0.05 },
    },
    sdk: async (client) => {
      const { requestId } = await client.generateSpeech(SPEECH);
      return await client.waitForCompletion(requestId, { timeout: 10_000, pollInterval: 50 });
    },
    show: ended,
    check(python, sdk) {
      askedAlike(python, sdk);
      for (const { value } of [python, sdk]) {
        const { queueTime, processingTime, totalTime } = (value as CheckStatusResponse).metrics!;
        equal([queueTime, processingTime, totalTime], [50, 28, 78], "times in milliseconds");
      }
    },
  },
  {
    name: "Waiting for a job that ends FAILED",
    emulator: { failWhen: () => "the voice was lost" },
    python: {
      call: "generate_and_wait",
      arguments: PYTHON_SPEECH,
      wait: { timeout: 10, poll_interval: 0.05 },
    },
    sdk: async (client) => {
      const { requestId } = await client.generateSpeech(SPEECH);
      return await client.waitForCompletion(requestId, { timeout: 10_000, pollInterval: 50 });
    },
    show: ended,
    check: askedAlike,
  },
  {
    name: "The audio of a job that FAILED, by the shortest way to the audio",
    emulator: { failWhen: () => "the voice was lost" },
    python: {
      call: "generate_and_wait",
      arguments: PYTHON_SPEECH,
      wait: { timeout: 10, poll_interval: 0.05 },
    },
    sdk: async (client) => {
      const job = await client.submit(SPEECH);
      return await (await job.audio()).bytes();
    },
    show: (value: CheckStatusResponse) => `\`audio_url\` is ${value.audioUrl ?? "None"}`,
    why: "Beside the wait that returns, this SDK has `job.wait()` and `job.audio()`, which raise.",
  },
  {
    name: "Status of a job that still waits: what is not known yet",
    emulator: { queueTime: 60_000 },
    python: {
      call: "generate_and_check",
      arguments: PYTHON_SPEECH,
    },
    sdk: async (client) => {
      const { requestId } = await client.generateSpeech(SPEECH);
      return await client.checkStatus(requestId);
    },
    show: ({ status, audioUrl, metrics }: CheckStatusResponse) =>
      `${statusName(status)}, ${audioUrl === undefined ? "no address" : audioUrl}, ` +
      `metrics ${metrics === undefined ? "not given" : "of zeros"}`,
    why: "To the Python SDK a message that was not sent is one of zeros.",
  },
  {
    name: "The audio of a job",
    python: {
      call: "generate_and_download",
      arguments: PYTHON_SPEECH,
      wait: { poll_interval: 0.05 },
    },
    sdk: async (client) => {
      const audio = await (await client.submit(SPEECH)).audio();
      const bytes = await audio.bytes();
      return { format: audio.format, bytes: bytes.length };
    },
    show: ({ bytes, format }: { bytes: number; format?: string }) =>
      format === undefined
        ? `an address, from where the program fetches ${bytes} bytes`
        : `${bytes} bytes of ${format}`,
    why: "This SDK fetches the audio, in bounds, checked, and resumed when a connection is lost.",
  },
  {
    name: "A status and a gender that the SDK does not know (99)",
    arrange: (emulator) => emulator.addFault({ kind: "unknown-enum", times: Infinity }),
    python: { call: "list_voices" },
    sdk: async (client) => {
      const { voices } = await client.listVoices();
      const { requestId } = await client.generateSpeech(SPEECH);
      return [voices[0]!.gender, (await client.checkStatus(requestId)).status];
    },
    show: (numbers: number[]) => `the numbers ${numbers.join(", ")}`,
    why: "A newer service must not break an older program.",
  },
];

export const calls = cases("Calls", list);
