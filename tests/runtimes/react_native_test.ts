// The globals of React Native: the core must need no more than they are.

import { assertEquals } from "@std/assert";
import { startEmulator } from "../../src/emulator/mod.ts";
import { bundle } from "../support/runtimes.ts";

Deno.test("Client buys once and reads its audio where the globals are those of React Native", async () => {
  await using programs = await bundle("react_native");
  await using emulator = await startEmulator({ queueTime: 0, pace: 0, streamPace: 0 });
  const { stdout, stderr } = await programs.run("node", "react_native", emulator.url);
  assertEquals(stderr, "");
  const told = stdout.trim().split("\n").map((line) => JSON.parse(line));
  const [{ wav, pcm }, _, ...withoutStreams] = told;
  assertEquals(wav > 10_000 && pcm > 10_000, true);
  const expected = { voices: told[0].voices, hasId: true, wav, pcm };
  assertEquals(told.slice(0, 2), [expected, expected]);
  const message = "No ReadableStream: use @tsetsen/sdk/lean.";
  assertEquals(withoutStreams, Array(2).fill({ message, charged: "no" }));
  // A job and a stream, by each of the two clients; nothing by those of Connect without streams.
  assertEquals(emulator.ledger.charges.length, 4);
});
