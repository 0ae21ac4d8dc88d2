import type { AudioStream, Client } from "@tsetsen/sdk";
import { saveAudio } from "@tsetsen/sdk/file";
import { equal, ok, sleep } from "../../hosts/assert.ts";
import { cases, LIVE_VOICE, MONEY, NO_CODE, type Scenario, TEXT, VOICE } from "./scenario.ts";
import type { View } from "./view.ts";

const SPEECH = { text: TEXT, voiceId: LIVE_VOICE } as const;
const PYTHON_SPEECH = { text: TEXT, voice_id: LIVE_VOICE } as const;
const PYTHON_STREAM = { call: "stream_speech", arguments: PYTHON_SPEECH } as const;
const WAV_HEADER_BYTES = 44;

/** What came of a stream, the same for both. */
interface Heard {
  readonly sizes: readonly number[];
  readonly bytes: number;
  readonly sha256: string;
  readonly head: string;
}

async function hear(stream: AudioStream, take = Infinity): Promise<Heard> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of stream) {
    chunks.push(chunk.slice());
    if (chunks.length === take) break;
  }
  const sizes = chunks.map(({ length }) => length);
  return { sizes, ...await digest(await new Blob(chunks).bytes()) };
}

async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<Omit<Heard, "sizes">> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, 4));
  return { bytes: bytes.length, sha256: hash.toHex(), head };
}

/** That both heard the same bytes, and the service was asked for them in the same words. */
function heardAlike(python: View, sdk: View): void {
  const [theirs, ours] = [python, sdk].map(({ value }) => value as Heard);
  equal(theirs?.sha256, ours?.sha256, "the audio");
  equal(python.requests.map(({ message }) => message), sdk.requests.map(({ message }) => message));
  for (const { charges } of [python, sdk]) equal(charges.length, 1, "charges");
}

async function toFile(client: Client): Promise<unknown> {
  const folder = await Deno.makeTempDir();
  try {
    const { path } = await saveAudio(`${folder}/speech.wav`, client.streamSpeech(SPEECH));
    const bytes = await Deno.readFile(path);
    return { ...await digest(bytes), pcm: await digest(bytes.slice(WAV_HEADER_BYTES)) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function toFailingFile(client: Client): Promise<string> {
  const folder = await Deno.makeTempDir();
  try {
    await saveAudio(`${folder}/speech.wav`, client.streamSpeech(SPEECH)).catch(() => {});
    const left = Array.from(Deno.readDirSync(folder));
    return left.length === 0 ? "no file" : "a file";
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const list: Scenario[] = [
  {
    name: "A stream",
    python: PYTHON_STREAM,
    sdk: (client) => hear(client.streamSpeech(SPEECH)),
    show: ({ bytes, sizes }: Heard) => `${bytes} bytes of PCM in ${sizes.length} chunks`,
    check(python, sdk) {
      heardAlike(python, sdk);
      equal(sdk.requests[0]?.message?.["version"], "beta-v0.2");
    },
  },
  {
    name: "Chunks of odd sizes (4,801 bytes)",
    arrange: (emulator) => emulator.addFault({ kind: "stream", chunkBytes: 4_801 }),
    python: PYTHON_STREAM,
    sdk: (client) => hear(client.streamSpeech(SPEECH)),
    show: ({ sizes }: Heard) =>
      sizes.some((size) => size % 2 > 0) ? "chunks that split samples" : "whole samples",
    check: heardAlike,
    why: "A program that plays chunk after chunk hears noise from the first half sample on.",
  },
  {
    name: "A stream that says of no message that it is the last",
    arrange: (emulator) => emulator.addFault({ kind: "stream", neverFinal: true }),
    python: PYTHON_STREAM,
    sdk: (client) => hear(client.streamSpeech(SPEECH)),
    show: ({ bytes }: Heard) => `${bytes} bytes of PCM`,
    check: heardAlike,
  },
  {
    name: "A stream into `speech.wav`",
    python: { call: "stream_speech_to_file", arguments: PYTHON_SPEECH },
    sdk: toFile,
    show: ({ head, bytes }: Heard) =>
      head === "RIFF" ? `a WAV file of ${bytes} bytes` : `${bytes} bytes of PCM without a header`,
    check({ value: theirs, charges }, { value: ours }) {
      const { pcm } = ours as { pcm: Heard };
      equal((theirs as Heard).sha256, pcm.sha256, "the audio in the files");
      equal((theirs as { progress: unknown }).progress, [[pcm.bytes, true]], "its progress");
      equal(charges.length, 1);
    },
    why: "Players do not open a `.wav` without a header. This SDK's has its true lengths.",
  },
  {
    name: "A stream into a file that fails after its first chunk: what is there afterwards",
    arrange: (emulator) =>
      emulator.addFault({ kind: "stream", errorMessage: "the voice was lost" }),
    python: { call: "stream_speech_to_failing_file", arguments: PYTHON_SPEECH },
    sdk: toFailingFile,
    show: (left: string) => left,
    why: "This SDK gives a file its name when it is whole.",
  },
  {
    name: "A stream that begins with a RIFF header, into `speech.wav`",
    arrange: (emulator) => emulator.addFault({ kind: "stream", waveHeader: true }),
    python: { call: "stream_speech_to_file", arguments: PYTHON_SPEECH },
    sdk: toFile,
    show: ({ head }: Heard) => head === "RIFF" ? "a WAV file" : "no WAV file",
    check: ({ value: theirs }, { value: ours }) =>
      equal((theirs as Heard).bytes, (ours as Heard).bytes, "one header each: lengths"),
  },
  {
    name: "An `error_message` in the stream",
    arrange: (emulator) =>
      emulator.addFault({ kind: "stream", errorMessage: "the voice was lost" }),
    python: PYTHON_STREAM,
    sdk: (client) => hear(client.streamSpeech(SPEECH)),
    check: (python, sdk) =>
      [python, sdk].forEach(({ error }) => ok(error?.text.includes("the voice was lost"), "text")),
    why: NO_CODE,
  },
  {
    name: "A loop that is left after its first chunk: what the service goes on with",
    emulator: { streamBytes: 100_000_000 },
    python: { ...PYTHON_STREAM, take: 1 },
    sdk: async (client, emulator) => {
      await hear(client.streamSpeech(SPEECH), 1);
      for (let tries = 0; emulator.activeStreams > 0 && tries < 100; tries++) await sleep(10);
      return emulator.activeStreams;
    },
    show: (_, { requests }) => requests[0]?.aborted ? "nothing: it was told" : "all of it",
  },
  {
    name: "A stream that lasts longer than the client's `timeout` of 1 s, and is never silent",
    emulator: { streamPace: 200, streamChunkBytes: 4_800 },
    python: { ...PYTHON_STREAM, client: { timeout: 1 } },
    client: { timeout: 1_000 },
    sdk: (client) => hear(client.streamSpeech(SPEECH)),
    show: () => "all of it",
    why:
      "Of a stream, this SDK's `timeout` is the longest silence; the stream's own option bounds it all.",
  },
  {
    name: "A stream of a `beta-v0.1` voice",
    python: { ...PYTHON_STREAM, arguments: { text: TEXT, voice_id: VOICE } },
    sdk: (client) => hear(client.streamSpeech({ text: TEXT, voiceId: VOICE })),
    why: MONEY,
  },
];

export const streams = cases("Streams", list);
