// Promise 7: a status, gender or field that this version does not know crashes nothing and keeps its number.

import { assertEquals } from "@std/assert";
import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { Gender, RequestStatus, ServerError } from "../../mod.ts";
import { rawServer } from "../support/raw_server.ts";
import { clientOf, failure, GENERATE, setUp, STREAM } from "../support/rig.ts";
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

/** Fields of every wire type under numbers that the contract does not have. */
function unknownFields(writer: BinaryWriter): BinaryWriter {
  return writer.tag(1_000, 0).int64(5).tag(1_001, 1).fixed64(5).tag(1_002, 2).string("more")
    .tag(1_003, 5).fixed32(5);
}

/** A client whose service answers every method with the same message. */
async function served<T>(
  bytes: Uint8Array,
  run: (client: ReturnType<typeof clientOf>) => Promise<T>,
): Promise<T> {
  const body = concat(frame(0, bytes), trailers());
  await using server = rawServer((connection) => connection.write(answer(body)));
  using client = clientOf(server.url);
  return await run(client);
}

Deno.test("Client passes over fields that it does not know, in every response", async () => {
  const voice = unknownFields(new BinaryWriter().tag(1, 2).string("v").tag(3, 0).int32(2)).finish();
  const voices = unknownFields(new BinaryWriter()).tag(1, 2).bytes(voice).finish();
  const listed = await served(voices, (client) => client.listVoices());
  assertEquals(listed.voices.map(({ id, gender }) => [id, gender]), [["v", Gender.FEMALE]]);

  const accepted = unknownFields(new BinaryWriter().tag(1, 2).string("job")).finish();
  const job = await served(accepted, (client) => client.generateSpeech(GENERATE));
  assertEquals(job, { requestId: "job", status: RequestStatus.UNSPECIFIED });

  const metrics = unknownFields(new BinaryWriter().tag(5, 0).int32(14)).finish();
  const done = unknownFields(new BinaryWriter().tag(2, 0).int32(3)).tag(5, 2).bytes(metrics)
    .finish();
  const status = await served(done, (client) => client.waitForCompletion("job"));
  assertEquals([status.status, status.metrics?.creditsUsed], [RequestStatus.COMPLETED, 14]);
  assertEquals([status.audioUrl, status.metrics?.queueTime], [undefined, undefined]);

  const balance = unknownFields(new BinaryWriter().tag(1, 0).int32(3)).finish();
  assertEquals(await served(balance, (client) => client.getUserBalance()), { credits: 3 });

  const speech = unknownFields(new BinaryWriter().tag(1, 2).bytes(new Uint8Array([1, 2]))).finish();
  const pcm = await served(speech, (client) => client.streamSpeech(STREAM).bytes());
  assertEquals(pcm, new Uint8Array([1, 2]));
});

Deno.test("Client reads answers without any field", async () => {
  const none = new Uint8Array();
  assertEquals(await served(none, (client) => client.listVoices()), { voices: [] });
  assertEquals(await served(none, (client) => client.getUserBalance()), { credits: 0 });
  const status = await served(none, (client) => client.checkStatus("job"));
  assertEquals([status.requestId, status.status], ["job", RequestStatus.UNSPECIFIED]);
  // A stream without audio is no success.
  const stream = served(none, (client) => client.streamSpeech(STREAM).bytes());
  assertEquals((await failure(ServerError, stream)).charged, "unknown");
});

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
