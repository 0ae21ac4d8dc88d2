// What ends a stream well, and what does not.

import { assert, assertEquals } from "@std/assert";
import { StreamSpeechResponseSchema } from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import { TsetsenError, wavHeader } from "../../mod.ts";
import { rawServer } from "../support/raw_server.ts";
import { clientOf, rejection, STREAM, within } from "../support/rig.ts";
import { bytesOf, concat, head, message, trailers } from "../support/wire.ts";

const SOUND = Uint8Array.from({ length: 48_000 }, (_, i) => i % 200);

interface Given {
  /** What the header announces; no header without. */
  readonly announced?: number;
  readonly sound?: Uint8Array;
  readonly isFinal?: boolean;
  readonly ending: "status" | "cut" | "silence" | "ok";
}

/** What a stream of these parts comes to. */
async function outcome({ announced, sound = SOUND, isFinal = true, ending }: Given) {
  const header = announced === undefined ? new Uint8Array() : wavHeader(announced);
  const end = ending === "status"
    ? trailers({ "grpc-status": "13", "grpc-message": "out of breath" })
    : ending === "ok"
    ? trailers()
    : new Uint8Array();
  await using server = rawServer(async ({ write, close, gone }) => {
    const audioChunk = concat(header, sound);
    const chunk = message(StreamSpeechResponseSchema, { audioChunk, isFinal });
    await write(concat(bytesOf(head()), chunk, end));
    if (ending === "silence") await gone;
    close();
  });
  using client = clientOf(server.url, { maxRetries: 0 });
  const got: Uint8Array[] = [];
  const error = await rejection(within((async () => {
    for await (const chunk of client.streamSpeech(STREAM)) got.push(chunk);
    throw "complete";
  })()));
  return { error, bytes: concat(...got) };
}

Deno.test("SpeechStream is never complete when its header announced more than came, whatever ends it", async () => {
  for (const isFinal of [true, false]) {
    for (const ending of ["status", "cut", "silence", "ok"] as const) {
      if (!isFinal && ending === "silence") continue;
      const { error, bytes } = await outcome({ announced: 96_000, isFinal, ending });
      if (!(error instanceof TsetsenError)) throw new Error(`${isFinal}, ${ending}: ${error}`);
      assertEquals([error.charged, bytes.length], ["yes", 48_000]);
      const says = ending === "status"
        ? "out of breath"
        : ending === "cut"
        ? /lost|broke off/
        : "cut short";
      assert(error.message.match(says), `${ending}: ${error.message}`);
    }
  }
});

Deno.test("SpeechStream is complete at is_final when all that its header announced has come", async () => {
  for (const announced of [undefined, 48_000]) {
    for (const ending of ["status", "cut", "silence", "ok"] as const) {
      const { error, bytes } = await outcome({ announced, ending } as Given);
      assertEquals([error, bytes], ["complete", SOUND], `${announced}, ${ending}`);
    }
  }
});

Deno.test("SpeechStream without audio fails with the status that came, or says that none came", async () => {
  const sound = new Uint8Array();
  for (const announced of [undefined, 96_000]) {
    for (const ending of ["status", "cut", "silence", "ok"] as const) {
      const { error } = await outcome({ announced, sound, ending } as Given);
      if (!(error instanceof TsetsenError)) throw new Error(`${announced}, ${ending}: ${error}`);
      assertEquals(error.charged, announced === undefined ? "unknown" : "yes");
      if (ending === "status") assert(error.message.includes("out of breath"), error.message);
    }
  }
});
