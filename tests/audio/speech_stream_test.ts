// What idleTimeout of a stream counts: the time without audio, and not the time without messages.

import { assert, assertEquals } from "@std/assert";
import { StreamSpeechResponseSchema } from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import { TimeoutError } from "../../mod.ts";
import { rawServer } from "../support/raw_server.ts";
import { clientOf, failure, sleep, STREAM } from "../support/rig.ts";
import { bytesOf, concat, head, message, trailers } from "../support/wire.ts";

const audio = message(StreamSpeechResponseSchema, { audioChunk: new Uint8Array(480) });
const silent = message(StreamSpeechResponseSchema, {});

/** A server whose stream ends well in the end, with so many messages at so many milliseconds. */
function serving(first: Uint8Array, then: Uint8Array, count: number, pause: number) {
  return rawServer(async ({ write, close }) => {
    await write(concat(bytesOf(head()), first));
    for (let sent = 0; sent < count; sent++) {
      await sleep(pause);
      await write(then);
    }
    await write(trailers());
    close();
  });
}

Deno.test("Client.streamSpeech ends at idleTimeout when messages come but no audio does", async () => {
  for (const first of [audio, silent]) {
    await using server = serving(first, silent, 100, 20);
    using client = clientOf(server.url, { maxRetries: 0 });
    const stream = client.streamSpeech(STREAM, { idleTimeout: 1_000 });
    const start = performance.now();
    const error = await failure(TimeoutError, stream.bytes());
    const took = performance.now() - start;
    assert(error.message.includes("sent nothing for 1000 ms (idleTimeout)"), error.message);
    assert(took > 995, `${took} ms`);
    assertEquals(error.charged, first === audio ? "yes" : "unknown");
  }
});

Deno.test("Client.streamSpeech goes on for longer than idleTimeout as long as audio comes", async () => {
  await using server = serving(silent, audio, 15, 100);
  using client = clientOf(server.url, { maxRetries: 0 });
  const bytes = await client.streamSpeech(STREAM, { idleTimeout: 1_000 }).bytes();
  assertEquals(bytes.length, 15 * 480);
});
