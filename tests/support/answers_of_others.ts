// What a client makes of messages that another version of the service sends, over any transport.

import { assertEquals } from "@std/assert";
import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { type Client, Gender, RequestStatus, ServerError } from "../../mod.ts";
import { failure, GENERATE, STREAM } from "./rig.ts";

/** Runs something with a client whose service answers every method with the same message. */
export type Serve = <T>(message: Uint8Array, run: (client: Client) => Promise<T>) => Promise<T>;

/** Adds fields of every wire type under numbers that the contract does not have. */
function unknownFields(writer: BinaryWriter): BinaryWriter {
  return writer.tag(1_000, 0).int64(5).tag(1_001, 1).fixed64(5).tag(1_002, 2).string("more")
    .tag(1_003, 5).fixed32(5);
}

/** Checks that a client passes over fields that it does not know, in every response. */
export async function checkUnknownFields(serve: Serve): Promise<void> {
  const voice = unknownFields(new BinaryWriter().tag(1, 2).string("v").tag(3, 0).int32(2)).finish();
  const voices = unknownFields(new BinaryWriter()).tag(1, 2).bytes(voice).finish();
  const listed = await serve(voices, (client) => client.listVoices());
  assertEquals(listed.voices.map(({ id, gender }) => [id, gender]), [["v", Gender.FEMALE]]);

  const accepted = unknownFields(new BinaryWriter().tag(1, 2).string("job")).finish();
  const job = await serve(accepted, (client) => client.generateSpeech(GENERATE));
  assertEquals(job, { requestId: "job", status: RequestStatus.UNSPECIFIED });

  const metrics = unknownFields(new BinaryWriter().tag(5, 0).int32(14)).finish();
  const done = unknownFields(new BinaryWriter().tag(2, 0).int32(3)).tag(5, 2).bytes(metrics)
    .finish();
  const status = await serve(done, (client) => client.waitForCompletion("job"));
  assertEquals([status.status, status.metrics?.creditsUsed], [RequestStatus.COMPLETED, 14]);
  assertEquals([status.audioUrl, status.metrics?.queueTime], [undefined, undefined]);

  const balance = unknownFields(new BinaryWriter().tag(1, 0).int32(3)).finish();
  assertEquals(await serve(balance, (client) => client.getUserBalance()), { credits: 3 });

  const speech = unknownFields(new BinaryWriter().tag(1, 2).bytes(new Uint8Array([1, 2]))).finish();
  const pcm = await serve(speech, (client) => client.streamSpeech(STREAM).bytes());
  assertEquals(pcm, new Uint8Array([1, 2]));
}

/** Checks that a client reads answers without any field. */
export async function checkEmptyAnswers(serve: Serve): Promise<void> {
  const none = new Uint8Array();
  assertEquals(await serve(none, (client) => client.listVoices()), { voices: [] });
  assertEquals(await serve(none, (client) => client.getUserBalance()), { credits: 0 });
  const status = await serve(none, (client) => client.checkStatus("job"));
  assertEquals([status.requestId, status.status], ["job", RequestStatus.UNSPECIFIED]);
  // A stream without audio is no success.
  const stream = serve(none, (client) => client.streamSpeech(STREAM).bytes());
  assertEquals((await failure(ServerError, stream)).charged, "unknown");
}
