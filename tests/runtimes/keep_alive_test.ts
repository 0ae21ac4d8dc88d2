// A kept connection that the server closes just when the next request comes: runtimes like to send such a request again
// by themselves, and one that costs credits must reach the server once.

import { assertEquals } from "@std/assert";
import { GetUserBalanceResponseSchema } from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import { rawServer } from "../support/raw_server.ts";
import { bundle, RUNTIMES } from "../support/runtimes.ts";
import { answer, concat, message, trailers } from "../support/wire.ts";

const balance = answer(
  concat(message(GetUserBalanceResponseSchema, { credits: 7 }), trailers()),
);

for (const runtime of RUNTIMES) {
  for (const method of ["GenerateSpeech", "StreamSpeech"]) {
    Deno.test(`Client sends ${method} once on a kept connection that closes, on ${runtime}`, async () => {
      await using programs = await bundle("keep_alive");
      await using server = rawServer(async (connection) => {
        if (connection.request.head.includes("/GetUserBalance ")) await connection.write(balance);
        else connection.close();
      });
      const { stdout, stderr } = await programs.run(runtime, "keep_alive", server.url, method);
      assertEquals(stderr, "");
      assertEquals(JSON.parse(stdout), { name: "ConnectionError", charged: "unknown" });
      const seen = server.requests.map(({ connection, head }) =>
        `${connection} ${/v1\.TsetsenTTS\/(\w+)/.exec(head)?.[1]}`
      );
      // The same connection, or it would not be the case that this is about.
      assertEquals(seen, ["1 GetUserBalance", `1 ${method}`]);
    });
  }
}
