import { type AudioProgress, ConnectionError, ServerError, type TsetsenError } from "@tsetsen/sdk";
import { equal, ok, rejected } from "../assert.ts";
import { type Case, type Context, SPEECH, Stand } from "../context.ts";

const group = "Downloads";

/** A lost connection. Some hosts throw away what they have not read by then. */
const DROP = { kind: "drop", method: "Audio", pause: 150 } as const;

/** A stand with a job that has COMPLETED. Its audio is not fetched: a browser would have it in its cache then. */
async function finished(context: Context) {
  const stand = await Stand.open(context);
  const client = stand.client();
  const { requestId } = await client.generateSpeech(SPEECH);
  const done = await client.checkStatus(requestId);
  return { stand, client, done };
}

/** The ranges that were asked for. */
async function ranges(stand: Stand): Promise<string[]> {
  const requests = await stand.requests("Audio");
  return requests.flatMap(({ headers }) => headers["range"] ?? []);
}

export const audio: Case[] = [
  {
    group,
    name: "AudioDownload goes on where its connection was lost",
    async run(context) {
      const { stand, client, done } = await finished(context);
      await using _ = stand;
      await stand.fault({ ...DROP, afterBytes: 100_000 });
      await stand.fault({ ...DROP, afterBytes: 7 });
      let last: AudioProgress | undefined;
      const download = client.downloadAudio(done, { onProgress: (progress) => last = progress });
      const bytes = await download.bytes();
      ok(same(bytes, await client.streamSpeech(SPEECH).wav()), "other bytes");
      const asked = await ranges(stand);
      client.close();
      // How much of it has come when the connection breaks, the runtime decides.
      ok(asked.length >= 1 && asked.every((range) => /^bytes=\d+-$/.test(range)), `${asked}`);
      return last;
    },
  },
  {
    group,
    name: "AudioDownload never joins two versions",
    async run(context) {
      const messages = [];
      for (const fault of [{ etag: '"another"' }, { etag: "" }, { ranges: false }]) {
        // Each with an address of its own: a browser completes what it has of an earlier one.
        const { stand, client, done } = await finished(context);
        await using _ = stand;
        await stand.fault({ ...DROP, afterBytes: 100_000 });
        await stand.fault({ kind: "audio", ...fault });
        const error = await rejected(client.downloadAudio(done).bytes());
        client.close();
        ok(error instanceof ServerError && error.requestId === done.requestId, String(error));
        messages.push(error.message.replace(done.requestId, "ID").replace(/after \d+/, "after N"));
      }
      return messages;
    },
  },
  {
    group,
    name: "AudioDownload is resumed no more often than maxRetries",
    async run(context) {
      const { stand, client, done } = await finished(context);
      await using _ = stand;
      await stand.fault({ ...DROP, afterBytes: 10_000, times: 9 });
      const error = await rejected(client.downloadAudio(done, { maxRetries: 1 }).bytes());
      ok(error instanceof ConnectionError, String(error));
      equal((await ranges(stand)).length, 1, "ranges");
      client.close();
      return error.message.replace(done.requestId, "ID");
    },
  },
  {
    group,
    name: "AudioDownload ends a redirect that has no end, or leads out of http",
    async run(context) {
      const { stand, client, done } = await finished(context);
      await using _ = stand;
      const http = { kind: "http", method: "Audio", status: 302 } as const;
      await stand.fault({ ...http, headers: { location: done.audioUrl! }, times: 200 });
      const { code } = await rejected(
        client.downloadAudio(done, { maxRetries: 0 }).bytes(),
      ) as TsetsenError;
      await using other = await Stand.open(context);
      const location = "file:///etc/passwd";
      await other.fault({ ...http, headers: { location }, times: 9 });
      const audioUrl = `${other.url}/audio/voice-emulator-v2-bold.wav`;
      const error = await rejected(client.downloadAudio({ audioUrl }, { maxRetries: 0 }).bytes());
      client.close();
      return [code, (error as TsetsenError).code];
    },
  },
  {
    group,
    name: "AudioStream is a Blob, a WAV and a Response, and tells format, rate and duration",
    async run(context) {
      const { stand, client, done } = await finished(context);
      await using _ = stand;
      const download = client.downloadAudio(done);
      const blob = await download.blob();
      const whole = new Uint8Array(await blob.arrayBuffer());
      const stream = client.streamSpeech(SPEECH);
      const spoken = await stream.blob();
      ok(same(new Uint8Array(await spoken.arrayBuffer()), whole), "other bytes from the stream");
      equal(stream.duration, download.duration, "duration");
      const response = await client.downloadAudio(done).toResponse();
      equal(response.headers.get("content-length"), `${whole.length}`);
      ok(same(await client.downloadAudio(done).wav(), whole), "another WAV");
      ok(same(new Uint8Array(await response.arrayBuffer()), whole), "other bytes in the Response");
      client.close();
      return [
        blob.type,
        spoken.type,
        download.format,
        download.sampleRate,
        download.duration,
      ];
    },
  },
  {
    group,
    name: "AudioDownload keeps MP3 as it is, corrects its type, and makes no WAV of it",
    async run(context) {
      const { stand, client, done } = await finished(context);
      await using _ = stand;
      const body = "ID3" + "x".repeat(5_000);
      const headers = { "content-type": "application/octet-stream" };
      const mp3 = { kind: "http", method: "Audio", status: 200, body, headers, times: 2 } as const;
      await stand.fault(mp3);
      const blob = await client.downloadAudio(done).blob();
      equal(await blob.text(), body);
      const error = await rejected(client.downloadAudio(done).wav());
      ok(error instanceof ServerError, String(error));
      client.close();
      return [blob.type, error.message.replace(done.requestId, "ID")];
    },
  },
];

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
