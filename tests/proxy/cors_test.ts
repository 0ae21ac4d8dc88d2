import { assert, assertEquals } from "@std/assert";
import {
  ListVoicesRequestSchema,
  StreamSpeechRequestSchema,
} from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import type { ProxyOptions } from "../../src/proxy/mod.ts";
import { post, SERVICE, setUp } from "./setup.ts";

const SITE = "https://my.site";

function cors(response: Response): string[] {
  return [...response.headers.keys()].filter((name) => name.startsWith("access-control-"));
}

/** A call as a page of `origin` sends it; the body is let go. */
async function from(url: string, origin: string, more: Record<string, string> = {}) {
  const headers = { origin, ...more };
  const response = await post(url, "ListVoices", ListVoicesRequestSchema, {}, headers);
  await response.body?.cancel();
  return response;
}

async function ask(url: string, origin: string, method = "POST") {
  const response = await fetch(`${url}/${SERVICE}/ListVoices`, {
    method: "OPTIONS",
    headers: {
      origin,
      "access-control-request-method": method,
      "access-control-request-headers": "content-type,x-user-agent",
    },
  });
  await response.body?.cancel();
  return response;
}

const FOREIGN: readonly (readonly [ProxyOptions, string])[] = [
  [{}, "https://evil.example"],
  [{}, "null"],
  [{ origins: [SITE] }, "https://my.site.evil.example"],
  [{ origins: [SITE] }, "http://my.site"],
  [{ origins: [SITE] }, "https://my.site:8443"],
  [{ origins: () => false }, SITE],
  [{ origins: () => true }, "null"],
  [{ origins: () => "yes" as unknown as boolean }, SITE],
  [{ origins: () => Promise.reject(new Error("down")) }, SITE],
  [{ publicUrl: `${SITE}/tts` }, "https://evil.example"],
];

for (const [i, [options, origin]] of FOREIGN.entries()) {
  Deno.test(`createProxy answers a foreign origin with 403 and no CORS headers (${i}: ${origin})`, async () => {
    await using t = await setUp(options as Parameters<typeof setUp>[0]);
    for (const response of [await from(t.url, origin), await ask(t.url, origin)]) {
      assertEquals(response.status, 403);
      assertEquals(cors(response), []);
      assertEquals(response.headers.get("vary"), "origin");
    }
    assertEquals(t.emulator.requests.length, 0);
  });
}

Deno.test("createProxy lets its own origin, listed ones and requests of no page call", async () => {
  await using t = await setUp({ origins: [SITE] });
  const own = new URL(t.url).origin;
  for (const origin of [own, SITE]) {
    const response = await from(t.url, origin);
    assertEquals(response.status, 200);
    assertEquals(response.headers.get("access-control-allow-origin"), origin);
    assertEquals(response.headers.get("access-control-allow-credentials"), null);
    assertEquals(response.headers.get("vary"), "origin");
    assertEquals(response.headers.get("cache-control"), "no-store");
    const exposed = response.headers.get("access-control-expose-headers")?.split(", ") ?? [];
    for (const name of ["grpc-status", "grpc-message", "grpc-status-details-bin", "retry-after"]) {
      assert(exposed.includes(name), name);
    }
  }
  const program = await post(t.url, "ListVoices", ListVoicesRequestSchema, {});
  await program.body?.cancel();
  assertEquals(program.status, 200);
  assertEquals(cors(program), []);
  assertEquals(t.emulator.requests.length, 3);
});

Deno.test("createProxy takes the origins of extensions and of apps with a scheme of their own", async () => {
  const apps = [
    "chrome-extension://aaaabbbbccccddddeeeeffffgggghhhh",
    "capacitor://localhost",
    "tauri://localhost",
  ];
  await using t = await setUp({ origins: apps });
  for (const origin of apps) {
    const response = await from(t.url, origin);
    assertEquals(response.status, 200);
    assertEquals(response.headers.get("access-control-allow-origin"), origin);
  }
  for (
    const other of ["chrome-extension://aaaabbbbccccddddeeeeffffgggghhhi", "ionic://localhost"]
  ) {
    assertEquals((await from(t.url, other)).status, 403);
  }
});

Deno.test("createProxy believes the browser about the same origin, unless publicUrl says what it is", async () => {
  const sameSite = { "sec-fetch-site": "same-origin" };
  await using behindTls = await setUp();
  assertEquals((await from(behindTls.url, SITE, sameSite)).status, 200);
  assertEquals((await from(behindTls.url, SITE, { "sec-fetch-site": "same-site" })).status, 403);
  await using told = await setUp({ publicUrl: `${SITE}/tts` });
  assertEquals((await from(told.url, SITE)).status, 200);
  assertEquals((await from(told.url, "https://rebound.example", sameSite)).status, 403);
  assertEquals((await from(told.url, new URL(told.url).origin)).status, 403);
});

Deno.test("createProxy asks a function about origins, with the request", async () => {
  const asked: string[] = [];
  await using t = await setUp({
    origins(origin, request) {
      asked.push(`${origin} ${request.method}`);
      return Promise.resolve(origin === SITE);
    },
  });
  assertEquals((await from(t.url, SITE)).status, 200);
  assertEquals((await from(t.url, "https://evil.example")).status, 403);
  assertEquals(asked, [`${SITE} POST`, "https://evil.example POST"]);
});

Deno.test("createProxy answers a preflight with what the SDK's client sends, and no call", async () => {
  await using t = await setUp({
    origins: [SITE],
    credentials: true,
    allowHeaders: ["x-csrf-token"],
    authorize: () => false,
  });
  const response = await ask(t.url, SITE);
  assertEquals(response.status, 204);
  assertEquals(response.headers.get("access-control-allow-origin"), SITE);
  assertEquals(response.headers.get("access-control-allow-credentials"), "true");
  const names = response.headers.get("access-control-allow-headers")?.split(", ") ?? [];
  const sent = ["content-type", "x-grpc-web", "x-user-agent", "grpc-timeout", "x-csrf-token"];
  for (const name of [...sent, "range", "authorization"]) assert(names.includes(name), name);
  assert(!names.includes("x-api-key"));
  assert(response.headers.get("access-control-allow-methods")?.includes("POST"));
  assertEquals(t.emulator.requests.length, 0);
});

Deno.test("createProxy lets the page read a refusal, also one of authorize itself", async () => {
  await using t = await setUp({
    origins: [SITE],
    authorize: (request) =>
      request.headers.has("authorization") && new Response("go away", { status: 401 }),
  });
  const refused = await from(t.url, SITE);
  assertEquals(refused.headers.get("grpc-status"), "16");
  assertEquals(refused.headers.get("access-control-allow-origin"), SITE);
  const own = await from(t.url, SITE, { authorization: "Bearer x" });
  assertEquals(own.status, 401);
  assertEquals(own.headers.get("access-control-allow-origin"), SITE);
  assertEquals(t.emulator.requests.length, 0);
});

/** Sends a call to the proxy under a name that leads to it, as a browser does after DNS was changed. */
async function under(url: string, host: string, headers: Record<string, string>): Promise<number> {
  const { port, hostname } = new URL(url);
  using connection = await Deno.connect({ port: Number(port), hostname });
  const lines = [
    `POST /tts/${SERVICE}/ListVoices HTTP/1.1`,
    `host: ${host}`,
    "connection: close",
    "content-type: application/grpc-web+proto",
    "content-length: 5",
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  await connection.write(new TextEncoder().encode(`${lines.join("\r\n")}\r\n\r\n\0\0\0\0\0`));
  const answer = await new Response(connection.readable).text();
  return Number(/^HTTP\/1.1 (\d+)/.exec(answer)?.[1]);
}

const REBOUND = [
  "http://evil.example",
  "http://evil.example:8000",
  "http://127.0.0.1.evil.example",
];

for (const origin of REBOUND) {
  Deno.test(`createProxy takes a page of ${origin} for a foreign one, although that name resolves to the proxy`, async () => {
    await using t = await setUp();
    const { host } = new URL(origin);
    for (const site of [undefined, "same-origin", "cross-site"]) {
      const headers = { origin, ...(site === undefined ? {} : { "sec-fetch-site": site }) };
      assertEquals(await under(t.url, host, headers), 403, site);
    }
    assertEquals(t.emulator.requests.length, 0);
    assert(t.events[0]?.message.includes("publicUrl"));
  });
}

Deno.test("createProxy takes pages of addresses and of localhost for its own", async () => {
  await using t = await setUp();
  for (const host of ["127.0.0.1:8000", "localhost:8000", "[::1]:8000", "192.168.1.5:8000"]) {
    assertEquals(await under(t.url, host, { origin: `http://${host}` }), 200, host);
  }
  await using named = await setUp({ publicUrl: "http://intranet.example/tts" });
  assertEquals(
    await under(named.url, "intranet.example", { origin: "http://intranet.example" }),
    200,
  );
});

Deno.test("createProxy refuses a POST of another site's page that names no origin", async () => {
  await using t = await setUp();
  for (
    const [site, status] of [["cross-site", 403], ["same-site", 403], ["same-origin", 200]] as const
  ) {
    assertEquals(await under(t.url, "127.0.0.1", { "sec-fetch-site": site }), status, site);
  }
});

Deno.test("createProxy says of a stream that nothing on the way may hold or change it, and sniffing is off everywhere", async () => {
  await using t = await setUp();
  const response = await post(t.url, "StreamSpeech", StreamSpeechRequestSchema, {
    text: "а",
    voiceId: t.liveVoice,
  });
  await response.bytes();
  assertEquals(response.headers.get("x-accel-buffering"), "no");
  assertEquals(response.headers.get("accept-ranges"), "none");
  assertEquals(response.headers.get("cache-control"), "no-store, no-transform");
  for (const path of [`${SERVICE}/StreamSpeech`, "audio/unknown", "nothing"]) {
    const answer = await fetch(`${t.url}/${path}`);
    await answer.body?.cancel();
    assertEquals(answer.headers.get("x-content-type-options"), "nosniff");
  }
});
