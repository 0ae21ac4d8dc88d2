// A flood of messages keeps timers from firing on Bun: deadlines, idle timeouts and aborts must end the call all the same.

import { assert, assertEquals } from "@std/assert";
import { StreamSpeechResponseSchema } from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import { frames, rawHttp2 } from "../support/raw_http2.ts";
import { rawServer } from "../support/raw_server.ts";
import { bundle, RUNTIMES } from "../support/runtimes.ts";
import { bytesOf, concat, frame, head, message } from "../support/wire.ts";

/** So long an end may take on a busy machine, in milliseconds. Without the remedy it takes up to 25 s. */
const PATIENCE_MS = 6_000;

const EMPTY = frame(0, new Uint8Array());
const AUDIO = message(StreamSpeechResponseSchema, { audioChunk: new Uint8Array(480) });
const LAST = message(StreamSpeechResponseSchema, { audioChunk: new Uint8Array(2), isFinal: true });

/** A server whose answers never end, made of one message again and again. */
function flooding(transport: string, first: Uint8Array, then: Uint8Array) {
  const many = concat(...Array<Uint8Array>(Math.floor(65_536 / then.length)).fill(then));
  if (transport === "grpc") {
    return rawHttp2(async ({ id, write, send }) => {
      await write(frames.headers(id));
      await send(first);
      for (;;) await send(many);
    });
  }
  const headers = transport === "download" ? head({ "content-type": "audio/wav" }) : head();
  return rawServer(async ({ write }) => {
    await write(concat(bytesOf(headers), first));
    for (;;) await write(many);
  });
}

const CASES = [
  ["abort", "reason", EMPTY, EMPTY],
  ["close", "ClientClosedError", EMPTY, EMPTY],
  ["deadline", "TimeoutError", EMPTY, EMPTY],
  ["idle", "TimeoutError", EMPTY, EMPTY],
  ["abort", "reason", AUDIO, AUDIO],
  ["deadline", "TimeoutError", AUDIO, AUDIO],
  // The wait for the trailers ends after a second.
  ["end", "complete", LAST, EMPTY],
] as const;

/** A download, whose every byte is audio. */
const DOWNLOADS = CASES.filter(([ending, , first]) => first === AUDIO || ending === "close");

for (const runtime of RUNTIMES) {
  for (const transport of ["default", "lean", "grpc", "download"]) {
    const what = transport === "download" ? "AudioDownload" : `SpeechStream over ${transport}`;
    Deno.test(`${what} ends in time in a flood, on ${runtime}`, async () => {
      await using programs = await bundle("flood");
      for (const [ending, expected, first, then] of transport === "download" ? DOWNLOADS : CASES) {
        await using server = flooding(transport, first, then);
        const { stdout, stderr } = await programs.run(
          runtime,
          "flood",
          server.url,
          transport,
          ending,
        );
        const what = `${ending}, ${then === AUDIO ? "audio" : "no audio"}: ${stderr}`;
        const { result, took } = JSON.parse(stdout || "{}");
        assertEquals([what, result], [what, expected]);
        assert(took < 1_000 + PATIENCE_MS, `${what}: ${took} ms`);
      }
    });
  }
}
