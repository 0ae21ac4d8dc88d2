// The hooks that are told of the SDK's work: whatever is wrong with them is their own affair.

import { assert, assertEquals } from "@std/assert";
import { saveAudio } from "../../src/file/mod.ts";
import { narrate } from "../../src/narration/mod.ts";
import { createProxy } from "../../src/proxy/mod.ts";
import { GENERATE, KEY, type Rig, setUp, sleep, STREAM } from "../support/rig.ts";

type Hook = () => void;

/** What a broken hook does, and its name. */
const BROKEN: Readonly<Record<string, () => unknown>> = {
  "throws": () => {
    throw new Error("the hook is broken");
  },
  "rejects": () => Promise.reject(new Error("the hook is broken")),
  "is async and throws": async () => {
    await sleep(1);
    throw new Error("the hook is broken");
  },
  "gives a thenable that rejects": () => ({
    then: (_: unknown, reject: (reason: Error) => void) => reject(new Error("broken")),
  }),
  "gives a thenable that throws": () => ({
    get then() {
      throw new Error("the hook is broken");
    },
  }),
};

/** Something that tells a hook, and that must be as without it. */
const TELLS: Readonly<Record<string, (rig: Rig, hook: Hook) => Promise<void>>> = {
  "Client's log": async ({ emulator, open }, log) => {
    emulator.addFault({ kind: "error", code: "UNAVAILABLE" });
    assertEquals((await open({ log }).getUserBalance()).credits, 100_000);
  },
  "streamSpeech's onProgress": async ({ client }, onProgress) => {
    assert((await client.streamSpeech(STREAM, { onProgress }).bytes()).length > 0);
  },
  "downloadAudio's onProgress": async ({ client }, onProgress) => {
    const job = await client.submit(GENERATE);
    assert((await (await job.audio({ onProgress })).bytes()).length > 44);
  },
  "saveAudio's onProgress": async (_, onProgress) => {
    const path = await Deno.makeTempFile();
    try {
      await saveAudio(path, new Uint8Array(8), { overwrite: true, onProgress });
    } finally {
      await Deno.remove(path);
    }
  },
  "narrate's onProgress": async ({ client }, onProgress) => {
    const { voiceId } = GENERATE;
    await narrate(client, { text: "Сайн уу?", voiceId }, { onProgress, pollInterval: 2 }).bytes();
  },
  "createProxy's log": async (_, log) => {
    const proxy = createProxy({ apiKey: KEY, endpoint: "tts.example", log });
    const url = "https://my.site/tsetsen.api.v1.TsetsenTTS/GetUserBalance";
    const headers = { "content-type": "application/grpc-web+proto" };
    const body = new Uint8Array(5);
    const answer = await proxy(new Request(url, { method: "POST", headers, body }));
    assertEquals(answer.headers.get("grpc-status"), "7");
  },
};

for (const [name, run] of Object.entries(TELLS)) {
  Deno.test(`${name} may fail in any way: nothing is the worse for it, and no rejection is left over`, async () => {
    const unhandled: unknown[] = [];
    const listen = (event: PromiseRejectionEvent) => {
      event.preventDefault();
      unhandled.push(event.reason);
    };
    globalThis.addEventListener("unhandledrejection", listen);
    try {
      await using rig = await setUp();
      for (const [how, hook] of Object.entries(BROKEN)) {
        let told = 0;
        await run(rig, () => (told++, hook()));
        await sleep(5);
        assert(told > 0, how);
        assertEquals(unhandled, [], how);
      }
    } finally {
      globalThis.removeEventListener("unhandledrejection", listen);
    }
  });
}
