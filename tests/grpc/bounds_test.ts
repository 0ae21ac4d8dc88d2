// Promise 8 over native gRPC: a hostile or broken answer costs bounded memory and time, and the call ends in a
// TsetsenError, on each runtime; and the client goes on after it.

import { assert, assertEquals } from "@std/assert";
import {
  GetUserBalanceResponseSchema,
  StreamSpeechResponseSchema,
} from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import { frames, rawHttp2 } from "../support/raw_http2.ts";
import { bundle, type Programs, type Runtime, RUNTIMES } from "../support/runtimes.ts";
import { answerWell, trial } from "../support/trial.ts";
import { message } from "../support/wire.ts";
import { type Attack, MEGABYTE } from "./attacks/attack.ts";
import { HEADS } from "./attacks/heads.ts";
import { MESSAGES } from "./attacks/messages.ts";
import { PROTOCOL } from "./attacks/protocol.ts";

const balance = message(GetUserBalanceResponseSchema, { credits: 7 });
const speech = message(StreamSpeechResponseSchema, { audioChunk: new Uint8Array(100) });

/** What is wrong with how a call withstood an attack; empty if all is well. */
async function withstand(
  programs: Programs,
  runtime: Runtime,
  method: "GetUserBalance" | "StreamSpeech",
  attack: Attack,
): Promise<string> {
  const unary = method === "GetUserBalance";
  const { code, says = /^/ } = unary && attack.unary !== true && attack.unary || attack;
  let taken = 0;
  const answer = async (stream: Parameters<Attack["answer"]>[0]) => {
    taken = await attack.answer(stream, unary ? balance : speech) ?? 0;
  };
  const codes: readonly (string | undefined)[] = [code].flat();
  // What is refused for what it is has time on a busy machine, too.
  const timeout = codes.includes("timeout") ? 400 : 10_000;
  const end = await trial(programs, runtime, answer, { method, timeout });
  const { message = "", charged, ms, growth, others } = end;
  const well = codes.includes(end.code) &&
    says.test(message) && charged !== "no" && ms < timeout + 5_000 && growth < 128 * MEGABYTE &&
    // The connection must be given up, not read to an end that never comes.
    (end.code === "timeout" || taken < 32 * MEGABYTE) && others.length === 0;
  return well ? "" : JSON.stringify({ ...end, taken });
}

for (const runtime of RUNTIMES) {
  for (
    const [about, attacks] of Object.entries({ messages: MESSAGES, heads: HEADS, HTTP: PROTOCOL })
  ) {
    Deno.test(`grpcTransport withstands hostile ${about}, on ${runtime}`, async () => {
      await using programs = await bundle("withstand");
      const found: string[] = [];
      const queue = Object.entries(attacks).flatMap(([name, attack]) => [
        { name, attack, method: "StreamSpeech" } as const,
        ...attack.unary ? [{ name, attack, method: "GetUserBalance" } as const] : [],
      ]);
      const work = async () => {
        for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
          const { name, attack, method } = next;
          const problem = await withstand(programs, runtime, method, attack)
            .catch((error) => `${error}`);
          if (problem !== "") found.push(`${method}, ${name}: ${problem}`);
        }
      };
      await Promise.all([work(), work()]);
      assertEquals(found, []);
    });
  }

  Deno.test(`grpcTransport ends a stream at idleTimeout when bytes trickle in but no message does, on ${runtime}`, async () => {
    await using programs = await bundle("withstand");
    const trickle = MESSAGES["one byte at a time"]!;
    const answer = (stream: Parameters<Attack["answer"]>[0]) => trickle.answer(stream, speech);
    const end = await trial(programs, runtime, answer, {
      method: "StreamSpeech",
      idleTimeout: 200,
    });
    assertEquals([end.code, end.charged, end.others], ["timeout", "unknown", []]);
    assert(/sent nothing for 200 ms \(idleTimeout\)/.test(end.message!), end.message);
    assert(end.ms < 10_000, `${end.ms} ms`);
  });

  Deno.test(`grpcTransport accepts a message of maxMessageBytes and refuses one byte more, on ${runtime}`, async () => {
    await using programs = await bundle("withstand");
    for (const [maxMessageBytes, size] of [[1_000, 1_000], [undefined, 16 * MEGABYTE]] as const) {
      for (const more of [0, 1]) {
        const audioBytes = size + more - (size > 2 ** 21 ? 5 : 3) - 2;
        const whole = message(StreamSpeechResponseSchema, {
          audioChunk: new Uint8Array(audioBytes),
          isFinal: true,
        });
        assertEquals(whole.length, 5 + size + more);
        const { code, bytes, others } = await trial(
          programs,
          runtime,
          (stream) => answerWell(stream, whole),
          { method: "StreamSpeech", ...maxMessageBytes && { maxMessageBytes } },
        );
        const expected = more === 0
          ? [undefined, audioBytes - audioBytes % 2]
          : ["server_error", 0];
        assertEquals([code, bytes, others], [...expected, []], `${size} + ${more} bytes`);
      }
    }
  });

  Deno.test(`grpcTransport lets the server run ahead of a slow reader by a window, and holds up no other call, on ${runtime}`, async () => {
    await using programs = await bundle("slow_reader");
    const piece = message(StreamSpeechResponseSchema, { audioChunk: new Uint8Array(60_000) });
    const sent = [0, 0, 0];
    let ahead = Infinity;
    await using server = rawHttp2(async (stream) => {
      const number = server.streams.length - 1;
      if (number >= sent.length) {
        ahead = Math.max(...sent);
        return await answerWell(stream);
      }
      await stream.write(frames.headers(stream.id));
      while (true) {
        await stream.send(piece);
        sent[number]! += piece.length;
      }
    });
    const { stdout, stderr } = await programs.run(
      runtime,
      "slow_reader",
      server.url,
      `${sent.length}`,
    );
    assertEquals(stderr, "");
    const { ms, growth, read } = JSON.parse(stdout);
    // Time enough for some hundred megabytes.
    assert(ahead < 2 * MEGABYTE, `${ahead} bytes ahead`);
    assert(growth < 32 * MEGABYTE, `memory grew by ${growth} bytes`);
    assert(ms < 20_000, `another call took ${ms} ms`);
    assert(read >= 20e6, "reading on must let the server go on");
  });
}
