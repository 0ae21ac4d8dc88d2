// Options may be inherited, or accessors of a class: they are checked, and used, like those of a plain object.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { Client, ServerError } from "../../mod.ts";
import { Client as LeanClient } from "../../src/lean/mod.ts";
import { type LiveOptions, speakLive } from "../../src/live/mod.ts";
import { failure, GENERATE, KEY, rejection, setUp } from "../support/rig.ts";

/** An object with accessors of these values, as a class with a configuration has them. */
function accessors<T extends object>(values: T): T {
  const get = (name: string) => ({ get: () => values[name as keyof T] });
  return Object.create(
    Object.create(
      null,
      Object.fromEntries(Object.keys(values).map((name) => [name, get(name)])),
    ),
  );
}

const KINDS = [accessors, <T extends object>(values: T): T => Object.create(values)];

Deno.test("Client uses the options that an object inherits, and checks them", async () => {
  await using rig = await setUp();
  for (const Class of [Client, LeanClient]) {
    for (const kind of KINDS) {
      const options = {
        apiKey: KEY,
        endpoint: rig.endpoint,
        secure: false,
      };
      using client = new Class(kind(options));
      await client.getUserBalance();
      assertEquals(rig.sent("GetUserBalance").at(-1)?.headers["x-api-key"], KEY);
      const wrong = { ...options, timeout: NaN };
      assertThrows(() => new Class(kind(wrong)), RangeError, "timeout must be");
      const error = await rejection(client.listVoices({}, kind({ timeout: -1 })));
      assert(error instanceof RangeError, `${error}`);
    }
  }
  assertEquals(rig.sent("ListVoices").length, 0);
});

Deno.test("Job.audio, Client.speak and speakLive use the options that an object inherits", async () => {
  await using rig = await setUp();
  const job = await rig.client.submit(GENERATE);
  for (const kind of KINDS) {
    const options = kind({ maxBytes: 10 });
    for (const audio of [await job.audio(options), await rig.client.speak(GENERATE, options)]) {
      const error = await failure(ServerError, audio.bytes());
      assert(error.message.includes("larger than 10 bytes"), error.message);
    }
    const reason = new Error("enough");
    const live: LiveOptions = { voiceId: "emulator-v2-bold", signal: AbortSignal.abort(reason) };
    const text = new ReadableStream<string>({ start: (controller) => controller.close() });
    assertEquals(await rejection(speakLive(rig.client, text, kind(live)).bytes()), reason);
  }
});
