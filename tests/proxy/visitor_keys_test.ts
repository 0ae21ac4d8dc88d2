import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { GetUserBalanceRequestSchema } from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import { AuthenticationError, Client, PermissionDeniedError } from "../../mod.ts";
import { startEmulator } from "../../src/emulator/mod.ts";
import { createProxy } from "../../src/proxy/mod.ts";
import { ALL, post, startProxy } from "./setup.ts";

const MINE = "tsetsen-development-mine";
const OTHER = "tsetsen-development-other";
const text = "Сайн байна уу?";

async function open(key: string) {
  const emulator = await startEmulator({ apiKeys: { [MINE]: 500, [OTHER]: 0 } });
  const proxy = startProxy({ endpoint: emulator.url, visitorKeys: true }, { apiKey: key });
  return {
    ...proxy,
    emulator,
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await emulator.close();
    },
  };
}

Deno.test("createProxy with visitorKeys sends each visitor's own key, in all places, and charges it", async () => {
  await using it = await open(MINE);
  using other = new Client({ apiKey: OTHER, endpoint: it.url, secure: false });
  assertEquals((await it.page.getUserBalance()).credits, 500);
  assertEquals((await other.getUserBalance()).credits, 0);
  const job = await it.page.submit({ text, voiceId: "emulator-v1-bold" });
  const { audioUrl } = await job.wait();
  assert(audioUrl?.startsWith(`${it.emulator.url}/audio/`), "the service's own address");
  const voiceId = "emulator-v2-bold";
  assert((await it.page.streamSpeech({ text, voiceId }).bytes()).length > 0);
  assertEquals(it.emulator.ledger.charges.map(({ account }) => account), [0, 0]);
  for (const { headers, message } of it.emulator.requests) {
    const keys = [headers["x-api-key"], headers["x-goog-api-key"], message?.["apiKey"]];
    assertEquals(new Set(keys).size, 1, keys.join());
  }
});

Deno.test("createProxy with visitorKeys tells what the service says of a key", async () => {
  await using it = await open("tsetsen-development-unknown");
  const error = await assertRejects(() => it.page.getUserBalance(), AuthenticationError);
  assertEquals(error.rawMessage, "API key is not valid");
  assertEquals(it.events, []);
  const { emulator, page } = it;
  emulator.addFault({ kind: "http", status: 401 });
  await assertRejects(() => page.getUserBalance(), AuthenticationError);
  emulator.addFault({ kind: "http", status: 403 });
  await assertRejects(() => page.getUserBalance(), PermissionDeniedError);
});

Deno.test("createProxy with visitorKeys refuses a call without a key or with a malformed one", async () => {
  await using it = await open(MINE);
  for (const headers of [{}, { "x-api-key": "AIzaSecret" }] as Record<string, string>[]) {
    const message = { apiKey: MINE };
    const answer = await post(
      it.url,
      "GetUserBalance",
      GetUserBalanceRequestSchema,
      message,
      headers,
    );
    assertEquals(answer.headers.get("grpc-status"), "16");
    await answer.body?.cancel();
  }
  assertEquals(it.emulator.requests, []);
  assertEquals(it.events.map(({ type }) => type), ["refused", "refused"]);
  assertEquals(JSON.stringify(it.events).includes("AIza"), false);
});

Deno.test("createProxy with visitorKeys changes nothing of what the service says", async () => {
  await using it = await open(MINE);
  const { emulator, page } = it;
  const message = `no such voice, ${MINE}`;
  emulator.addFault({ kind: "error", code: "NOT_FOUND", message, trailers: { "x-of": MINE } });
  const answer = await post(it.url, "GetUserBalance", GetUserBalanceRequestSchema, {}, {
    "x-goog-api-key": MINE,
  });
  const body = await answer.text();
  assert(body.includes(`x-of: ${MINE}`) && body.includes(message), body);
  assertEquals((await page.getUserBalance()).credits, 500);
});

Deno.test("createProxy with visitorKeys lets the pages that may call send a key", async () => {
  const proxy = createProxy({ visitorKeys: true, methods: ALL, origins: ["https://my.site"] });
  const ask = (handler: typeof proxy) =>
    handler(
      new Request("https://gateway.example/tsetsen.api.v1.TsetsenTTS/ListVoices", {
        method: "OPTIONS",
        headers: { origin: "https://my.site", "access-control-request-method": "POST" },
      }),
    );
  const allowed = (await ask(proxy)).headers.get("access-control-allow-headers") ?? "";
  assertEquals(["x-api-key", "x-goog-api-key"].every((name) => allowed.includes(name)), true);
  const keeper = createProxy({ apiKey: MINE, origins: ["https://my.site"] });
  const fewer = (await ask(keeper)).headers.get("access-control-allow-headers") ?? "";
  assertEquals(fewer.includes("x-api-key"), false);
});

Deno.test("createProxy with visitorKeys takes neither a key of its own nor audio", () => {
  assertThrows(() => createProxy({ visitorKeys: true, apiKey: MINE }), TypeError, "apiKey");
  assertThrows(() => createProxy({ visitorKeys: true, audio: true }), TypeError, "audio");
  assertThrows(() => createProxy({ visitorKeys: 1 as never }), TypeError, "visitorKeys");
});
