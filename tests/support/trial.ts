// One call that gets a given answer over native gRPC, on a runtime, between two that get a good one.

import { GetUserBalanceResponseSchema } from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import type { Outcome, Trial } from "../runtimes/programs/withstand.ts";
import { frames, rawHttp2, type RawStream } from "./raw_http2.ts";
import type { Programs, Runtime } from "./runtimes.ts";
import { message } from "./wire.ts";

const balance = message(GetUserBalanceResponseSchema, { credits: 7 });

/** Answers as it should be. */
export async function answerWell({ id, write, send }: RawStream, body = balance): Promise<void> {
  await write(frames.headers(id));
  await send(body);
  await write(frames.trailers(id));
}

/** Makes the calls, and tells what became of the second. */
export async function trial(
  programs: Programs,
  runtime: Runtime,
  answer: (stream: RawStream) => unknown,
  options: Omit<Trial, "endpoint">,
): Promise<Outcome> {
  await using server = rawHttp2(async (stream) => {
    await (server.streams.length === 2 ? answer(stream) : answerWell(stream));
  });
  const told = JSON.stringify({ endpoint: server.url, ...options });
  const { stdout, stderr, code } = await programs.run(runtime, "withstand", told);
  if (stderr !== "" || code !== 0) throw new Error(`it ended with ${code}: ${stderr}`);
  return JSON.parse(stdout);
}
