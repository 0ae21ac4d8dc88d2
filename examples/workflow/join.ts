/** From the samples of all parts to the result: one WAV file and its captions. */

import { BYTES_PER_SAMPLE, WAV_HEADER_BYTES, wavHeader } from "@tsetsen/sdk";
import { cues, toSrt, toWebVtt } from "@tsetsen/sdk/narration";
import { type Env, keys, type Order } from "./order.ts";

/** The files of a narration. */
export const RESULTS: Readonly<Record<string, string>> = {
  "audio.wav": "audio/wav",
  "captions.vtt": "text/vtt; charset=utf-8",
  "captions.srt": "application/x-subrip; charset=utf-8",
};

/** Joins the parts in R2. @returns The length in samples. */
export async function joinParts(
  env: Env,
  id: string,
  { request, parts }: Order,
  samples: readonly number[],
): Promise<number> {
  const spoken = parts.map(({ start, end, pause }, i) => {
    return { start, end, pause, status: "done", samples: samples[i] ?? 0 } as const;
  });
  const captions = cues(request.text, { paragraphs: "blank-line", parts: spoken });
  const put = (name: string, content: string | ReadableStream<Uint8Array>) =>
    env.BUCKET.put(keys.result(id, name), content, {
      httpMetadata: { contentType: RESULTS[name] ?? "" },
    });
  await put("captions.vtt", toWebVtt(captions));
  await put("captions.srt", toSrt(captions));

  const total = spoken.reduce((sum, part) => sum + part.samples + part.pause, 0);
  // R2 wants to know the length of a stream, and so does a WAV header. Memory holds what is on its way, no more.
  const length = WAV_HEADER_BYTES + total * BYTES_PER_SAMPLE;
  const { readable, writable } = new FixedLengthStream(length);
  const write = async () => {
    try {
      await send(writable, wavHeader(total * BYTES_PER_SAMPLE));
      for (const [index, part] of spoken.entries()) {
        if (part.samples > 0) await copy(env, keys.samples(id, index), writable);
        if (part.pause > 0) await send(writable, new Uint8Array(part.pause * BYTES_PER_SAMPLE));
      }
      await writable.close();
    } catch (error) {
      await writable.abort(error).catch(() => {});
      throw error;
    }
  };
  await Promise.all([write(), put("audio.wav", readable)]);
  return total;
}

async function send(writable: WritableStream<Uint8Array>, bytes: Uint8Array): Promise<void> {
  const writer = writable.getWriter();
  await writer.write(bytes);
  writer.releaseLock();
}

async function copy(
  { BUCKET }: Env,
  key: string,
  writable: WritableStream<Uint8Array>,
): Promise<void> {
  const object = await BUCKET.get(key);
  if (object === null) throw new Error(`${key} is gone from R2: resume the narration.`);
  await object.body.pipeTo(writable, { preventClose: true, preventAbort: true });
}
