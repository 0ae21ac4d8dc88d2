// Promise 7: a status, gender or field that this version does not know crashes nothing and keeps its number.

import { assertEquals } from "@std/assert";
import { Gender, RequestStatus } from "../../mod.ts";
import { checkEmptyAnswers, checkUnknownFields, type Serve } from "../support/answers_of_others.ts";
import { rawServer } from "../support/raw_server.ts";
import { clientOf, GENERATE, setUp } from "../support/rig.ts";
import { answer, concat, frame, trailers } from "../support/wire.ts";
import { until } from "../support/until.ts";

for (const value of [5, 99, 2 ** 31 - 1, -1]) {
  Deno.test(`Client keeps the number ${value} of a status and a gender that it does not know`, async () => {
    await using rig = await setUp();
    const { client, emulator } = rig;
    emulator.addFault({ kind: "unknown-enum", value, times: 3 });
    const { requestId, status } = await client.generateSpeech(GENERATE);
    assertEquals(status, value);
    assertEquals((await client.checkStatus(requestId)).status, value);
    const { voices } = await client.listVoices();
    assertEquals(voices.map(({ gender }) => gender), voices.map(() => value));
    assertEquals([RequestStatus[value], Gender[value]], [undefined, undefined]);
  });
}

Deno.test("Client.watchStatus goes on past a status that it does not know", async () => {
  await using rig = await setUp();
  const { client, emulator } = rig;
  const { requestId } = await client.generateSpeech(GENERATE);
  emulator.addFault({ kind: "unknown-enum", value: 7, times: 2, method: "CheckStatus" });
  const seen: number[] = [];
  for await (const { status } of client.watchStatus(requestId, { pollInterval: 1 })) {
    seen.push(status);
  }
  assertEquals(seen, [7, 7, RequestStatus.COMPLETED]);
});

/** A service that answers every method with the same message. */
const serve: Serve = async (bytes, run) => {
  const body = concat(frame(0, bytes), trailers());
  await using server = rawServer((connection) => connection.write(answer(body)));
  using client = clientOf(server.url);
  return await run(client);
};

Deno.test("Client passes over fields that it does not know, in every response", () =>
  checkUnknownFields(serve));

Deno.test("Client reads answers without any field", () => checkEmptyAnswers(serve));

Deno.test("Client passes over trailers and headers that it does not know", async () => {
  await using rig = await setUp();
  rig.emulator.addFault({
    kind: "metadata",
    headers: { "x-more": "1", "grpc-encoding": "identity" },
    trailers: { "x-trailer": "2", "grpc-message": "all is well" },
  });
  assertEquals((await rig.client.getUserBalance()).credits, 100_000);
  await until(() => rig.emulator.requests[0]!.done);
});
