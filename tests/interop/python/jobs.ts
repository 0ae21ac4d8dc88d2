import type { CheckStatusResponse, Client } from "@tsetsen/sdk";
import { equal, ok } from "../../hosts/assert.ts";
import { askedAlike, cases, KEY, type Scenario, TEXT, VOICE } from "./scenario.ts";
import { statusName } from "./view.ts";

const SPEECH = { text: TEXT, voiceId: VOICE } as const;
const PYTHON_SPEECH = { text: TEXT, voice_id: VOICE } as const;
const PYTHON_WAIT = {
  call: "generate_and_wait",
  arguments: PYTHON_SPEECH,
  wait: { timeout: 10, poll_interval: 0.05 },
} as const;

async function submitAndWait(client: Client): Promise<CheckStatusResponse> {
  const { requestId } = await client.generateSpeech(SPEECH);
  return await client.waitForCompletion(requestId, { timeout: 10_000, pollInterval: 50 });
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

const list: Scenario[] = [
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
    python: PYTHON_WAIT,
    sdk: submitAndWait,
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
    python: PYTHON_WAIT,
    sdk: submitAndWait,
    show: ended,
    check: askedAlike,
  },
  {
    name: "The audio of a job that FAILED, by the shortest way to the audio",
    emulator: { failWhen: () => "the voice was lost" },
    python: PYTHON_WAIT,
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
    python: { call: "generate_and_check", arguments: PYTHON_SPEECH },
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
    python: { ...PYTHON_WAIT, call: "generate_and_download" },
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
];

export const jobs = cases("Jobs", list);
