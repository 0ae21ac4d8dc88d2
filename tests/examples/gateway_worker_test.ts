import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { AuthenticationError, Client, PermissionDeniedError } from "@tsetsen/sdk";
import { startEmulator } from "@tsetsen/sdk/emulator";
import { serveGrpc } from "@tsetsen/sdk/emulator/grpc";
import { installPackage } from "../hosts/pack.ts";
import { startDenoGateway } from "../support/deno_gateway.ts";
import { pcmOf } from "./tools.ts";
import { startWorker } from "./workerd.ts";

const KEY = "tsetsen-development-emulator";
const SPEECH = { text: "Сайн байна уу?", voiceId: "emulator-v1-bold" };
const LIVE = { ...SPEECH, voiceId: "emulator-v2-bold" };
// miniflare's connections to workerd outlive a test.
const options = { sanitizeOps: false, sanitizeResources: false };

/** A visitor, the Worker, the Deno recipe, and a service that is asked by native gRPC only. */
async function open(env: Readonly<Record<string, string>>) {
  const stack = new AsyncDisposableStack();
  const emulator = stack.use(await startEmulator({ queueTime: 0, pace: 0 }));
  const service = stack.use(await serveGrpc(emulator));
  const gateway = stack.use(await startDenoGateway({ TSETSEN_API_ENDPOINT: service.url }));
  const sdk = stack.use(await installPackage());
  const bindings = { TSETSEN_API_ENDPOINT: gateway.url, ...env };
  const worker = stack.use(await startWorker(sdk, bindings, "gateways/worker"));
  const endpoint = await worker.url();
  return {
    emulator,
    endpoint,
    client: (apiKey: string | null, headers: Record<string, string> = {}) =>
      new Client({ apiKey, endpoint, headers, secure: false, maxRetries: 0 }),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

Deno.test(
  "examples/gateways/worker keeps the key, for those who show its token",
  options,
  async () => {
    await using it = await open({ TSETSEN_API_KEY: KEY, VISITOR_TOKEN: "open sesame" });
    using page = it.client(null, { authorization: "Bearer open sesame" });
    const job = await page.submit(SPEECH);
    const { audioUrl = "" } = await job.wait();
    assertEquals(audioUrl.startsWith(`${it.endpoint}/audio/`), true, audioUrl);
    assertEquals(pcmOf(await (await job.audio()).bytes()).length > 0, true);
    assertEquals((await page.streamSpeech(LIVE).bytes()).length > 0, true);
    assertEquals(it.emulator.ledger.charges.map(({ kind }) => kind), ["generate", "stream"]);
    await assertRejects(() => page.getUserBalance(), PermissionDeniedError);
    const { length } = it.emulator.requests;
    for (const token of ["Bearer open sesam", "Bearer open sesame!", ""]) {
      using stranger = it.client(null, { authorization: token });
      await assertRejects(() => stranger.listVoices(), AuthenticationError);
    }
    assertEquals(it.emulator.requests.length, length);
    const health = await fetch(`${it.endpoint}/healthz`);
    assertMatch(await health.text(), /^ok/);
  },
);

Deno.test(
  "examples/gateways/worker passes the callers' keys through when it has none",
  options,
  async () => {
    await using it = await open({});
    using client = it.client(KEY);
    assertEquals((await client.listVoices()).voices.length, 2);
    assertEquals(it.emulator.requests[0]?.message?.["apiKey"], KEY);
    using stranger = it.client("tsetsen-development-unknown");
    await assertRejects(() => stranger.listVoices(), AuthenticationError, "API key is not valid");
  },
);
