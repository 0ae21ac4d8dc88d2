import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import {
  AuthenticationError,
  Client,
  type ClientOptions,
  InvalidRequestError,
  RateLimitExceededError,
  TsetsenError,
} from "@tsetsen/sdk";
import { type RunningEmulator, startEmulator } from "@tsetsen/sdk/emulator";
import { serveGrpc } from "@tsetsen/sdk/emulator/grpc";
import { ROOT } from "../hosts/tools.ts";
import { type DenoGateway, PROGRAM, startDenoGateway } from "../support/deno_gateway.ts";
import { until } from "../support/until.ts";

const KEY = "tsetsen-development-emulator";
const SPEECH = { text: "Сайн байна уу?", voiceId: "emulator-v1-bold" };
const LIVE = { ...SPEECH, voiceId: "emulator-v2-bold" };

interface Setting extends AsyncDisposable {
  readonly emulator: RunningEmulator;
  readonly gateway: DenoGateway;
  client(options?: ClientOptions): Client;
}

/** The recipe in front of an emulator that is asked by native gRPC. */
async function open(env: Readonly<Record<string, string>> = {}): Promise<Setting> {
  const emulator = await startEmulator({ queueTime: 0, pace: 0 });
  const service = await serveGrpc(emulator);
  const gateway = await startDenoGateway({ TSETSEN_API_ENDPOINT: service.url, ...env });
  return {
    emulator,
    gateway,
    client: (options) =>
      new Client({
        apiKey: KEY,
        endpoint: gateway.url,
        secure: false,
        maxRetries: 0,
        ...options,
      }),
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await service.close();
      await emulator.close();
    },
  };
}

Deno.test("examples/gateways/deno passes the callers' keys through, to native gRPC", async () => {
  await using it = await open();
  assertMatch(it.gateway.printed(), /with the callers' keys\n/);
  using client = it.client();
  assertEquals((await client.getUserBalance()).credits, 100_000);
  const audio = await (await client.submit(SPEECH)).audio();
  assertEquals((await audio.bytes()).length > 44, true);
  assertEquals((await client.streamSpeech(LIVE).bytes()).length > 0, true);
  assertEquals(it.emulator.ledger.charges.map(({ kind }) => kind), ["generate", "stream"]);
  using stranger = it.client({ apiKey: "tsetsen-development-unknown" });
  await assertRejects(() => stranger.getUserBalance(), AuthenticationError, "API key is not valid");
  using nobody = it.client({ apiKey: null });
  const { length } = it.emulator.requests;
  await assertRejects(() => nobody.getUserBalance(), AuthenticationError, "no API key");
  assertEquals(it.emulator.requests.length, length);
});

Deno.test("examples/gateways/deno keeps the key on the server, for those who show its token", async () => {
  await using it = await open({ TSETSEN_API_KEY: KEY, GATEWAY_TOKEN: "open sesame" });
  assertMatch(it.gateway.printed(), /with a key of its own\n/);
  using page = it.client({ apiKey: null, headers: { authorization: "Bearer open sesame" } });
  const job = await page.submit(SPEECH);
  const { audioUrl = "" } = await job.wait();
  assertEquals(audioUrl.startsWith(`${it.gateway.url}/audio/`), true, audioUrl);
  assertEquals((await (await job.audio()).bytes()).length > 44, true);
  assertEquals(it.emulator.requests[0]?.message?.["apiKey"], KEY);
  const { length } = it.emulator.requests;
  for (const token of ["open sesam", "open sesame!", ""]) {
    using stranger = it.client({ apiKey: null, headers: { authorization: `Bearer ${token}` } });
    await assertRejects(() => stranger.getUserBalance(), AuthenticationError);
  }
  // A wrong token counts as 20 of the 600 calls a minute.
  for (let i = 0; i < 26; i++) {
    using stranger = it.client({ apiKey: null, headers: { authorization: `Bearer ${i}` } });
    const error = await assertRejects(() => stranger.getUserBalance(), TsetsenError);
    if (error instanceof RateLimitExceededError) break;
  }
  using guesser = it.client({ apiKey: null, headers: { authorization: "Bearer open sesame" } });
  await assertRejects(() => guesser.getUserBalance(), RateLimitExceededError);
  assertEquals(it.emulator.requests.length, length);
  assertEquals(it.gateway.printed().includes(KEY), false);
});

Deno.test("examples/gateways/deno bounds a text and the calls a minute, before the service hears of them", async () => {
  await using it = await open({ GATEWAY_MAX_CHARACTERS: "20", GATEWAY_CALLS_PER_MINUTE: "2" });
  using client = it.client();
  const text = "а".repeat(21);
  await assertRejects(() => client.generateSpeech({ ...SPEECH, text }), InvalidRequestError, "20");
  await client.getUserBalance();
  await client.getUserBalance();
  const error = await assertRejects(() => client.getUserBalance(), RateLimitExceededError);
  assertEquals(error.retryAfter! > 0 && error.retryAfter! <= 60_000, true);
  assertEquals(it.emulator.requests.length, 2);
});

Deno.test("examples/gateways/deno answers the pages of GATEWAY_ORIGINS, and no others", async () => {
  await using it = await open({ GATEWAY_ORIGINS: "https://my.site,https://other.site" });
  for (
    const [origin, status] of [["https://other.site", 204], ["https://evil.site", 403]] as const
  ) {
    const answer = await fetch(`${it.gateway.url}/tsetsen.api.v1.TsetsenTTS/ListVoices`, {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type,x-api-key",
      },
    });
    await answer.body?.cancel();
    const allowed = answer.headers.get("access-control-allow-origin");
    assertEquals([answer.status, allowed], [status, status === 204 ? origin : null]);
  }
  assertEquals(it.emulator.requests, []);
});

Deno.test("examples/gateways/deno drains before it stops: /healthz says 503, and what is under way ends well", async () => {
  await using it = await open({ GATEWAY_DRAIN_SECONDS: "1" });
  const { gateway, emulator } = it;
  const health = async () => {
    const answer = await fetch(`${gateway.url}/healthz`);
    await answer.body?.cancel();
    return answer.status;
  };
  assertEquals(await health(), 200);
  emulator.addFault({ kind: "delay", delay: 2_000 });
  using client = it.client();
  const slow = client.getUserBalance();
  await until(() => emulator.requests.length === 1, "the call arrived");
  gateway.stop();
  await until(async () => await health() === 503, "the gateway drains");
  using late = it.client();
  assertEquals((await late.getUserBalance()).credits, 100_000);
  assertEquals((await slow).credits, 100_000);
  assertEquals(await gateway.ended, 0);
});

Deno.test("examples/gateways/deno does not start with settings that are half or wrong", async () => {
  const wrong: readonly [env: Record<string, string>, name: string][] = [
    [{ TSETSEN_API_KEY: KEY }, "GATEWAY_TOKEN"],
    [{ GATEWAY_CERT: `${ROOT}deno.json` }, "GATEWAY_CERT_KEY"],
    [{ GATEWAY_PORT: "http" }, "GATEWAY_PORT"],
    [{ GATEWAY_ORIGINS: "my.site" }, "origins"],
  ];
  for (const [env, name] of wrong) {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", `--config=${ROOT}deno.json`, PROGRAM],
      env: { NO_COLOR: "1", TSETSEN_API_KEY: "", ...env },
    }).output();
    assertEquals(code, 1);
    const text = new TextDecoder().decode(stderr);
    assertEquals([text.includes(name), text.includes(KEY)], [true, false], text);
  }
});
