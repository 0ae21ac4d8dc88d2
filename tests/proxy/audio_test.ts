import { assert, assertEquals, assertRejects } from "@std/assert";
import { create, toBinary } from "@bufbuild/protobuf";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import {
  CheckStatusRequestSchema,
  CheckStatusResponseSchema,
} from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import {
  Client,
  encodeWav,
  ResourceNotFoundError,
  ServerError,
  ServiceUnavailableError,
} from "../../mod.ts";
import { Client as LeanClient } from "../../src/lean/mod.ts";
import { AudioTokens } from "../../src/proxy/audio/audio_token.ts";
import { createProxy } from "../../src/proxy/mod.ts";
import { QUICK } from "../support/rig.ts";
import { ALL, framed, post, setUp, startProxy, startUpstream, trailers, unframe } from "./setup.ts";
import { until } from "../support/until.ts";
import { concat } from "../support/hex.ts";

const text = "Сайн байна уу?";
const KEY = "tsetsen-prod-Zaya4Bold7Sarnai";

async function finished(t: Awaited<ReturnType<typeof setUp>>) {
  const { requestId } = await t.page.generateSpeech({ text, voiceId: t.voice });
  const done = await t.page.waitForCompletion(requestId, { pollInterval: 5 });
  return { done, own: await (await fetch(`${t.emulator.url}/audio/${requestId}.wav`)).bytes() };
}

Deno.test("createProxy serves finished audio, whole and by Range, without a key", async () => {
  await using t = await setUp({ origins: ["https://my.site"] });
  const { done, own } = await finished(t);
  assert(done.audioUrl?.startsWith(`${t.url}/audio/`), done.audioUrl);
  assertEquals(await t.page.downloadAudio(done).bytes(), own);

  const get = (init: RequestInit) => fetch(done.audioUrl!, init);
  const origin = "https://my.site";
  const part = await get({ headers: { origin, range: "bytes=10-99" } });
  assertEquals(part.status, 206);
  assertEquals(part.headers.get("content-range"), `bytes 10-99/${own.length}`);
  assertEquals(part.headers.get("content-type"), "audio/wav");
  assertEquals(part.headers.get("access-control-allow-origin"), origin);
  assert(part.headers.get("access-control-expose-headers")?.includes("content-range"));
  assertEquals(await part.bytes(), own.slice(10, 100));
  const head = await get({ method: "HEAD" });
  assertEquals([head.status, head.headers.get("content-length")], [200, `${own.length}`]);
  assertEquals(head.headers.get("x-content-type-options"), "nosniff");
  const beyond = await get({ headers: { range: `bytes=${own.length}-` } });
  assertEquals(beyond.status, 416);
  await beyond.body?.cancel();
  const same = await get({ headers: { "if-none-match": head.headers.get("etag")! } });
  assertEquals(same.status, 304);
  const posted = await get({ method: "POST" });
  assertEquals(posted.status, 405);
  await posted.body?.cancel();
  const foreign = await get({ headers: { origin: "https://evil.example" } });
  assertEquals(foreign.status, 403);
  await foreign.body?.cancel();

  const downloads = t.emulator.requests.filter(({ method }) => method === "Audio").slice(1);
  assertEquals(downloads.length, 5);
  for (const { headers } of downloads) {
    assertEquals(headers["x-api-key"] ?? headers["x-goog-api-key"] ?? headers["cookie"], undefined);
  }
});

Deno.test("createProxy refuses every token that it did not make", async () => {
  await using t = await setUp();
  const { done } = await finished(t);
  const token = done.audioUrl!.split("/").pop()!;
  const before = t.emulator.requests.length;
  const other = await new AudioTokens(KEY, 60_000).seal(`${t.emulator.url}/audio/x.wav`);
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const tampered = [...token].map((c, i) => {
    const changed = alphabet[(alphabet.indexOf(c) + 32) % 64];
    return token.slice(0, i) + changed + token.slice(i + 1);
  });
  const wrong = [
    ...tampered,
    other,
    token.slice(0, -1),
    token + "A",
    "A",
    btoa(`${t.emulator.url}/audio/x.wav`).replaceAll("=", ""),
    encodeURIComponent("http://169.254.169.254/latest/meta-data"),
  ];
  for (const one of wrong) {
    const response = await fetch(`${t.url}/audio/${one}`);
    await response.body?.cancel();
    assertEquals(response.status, 404, one);
  }
  assertEquals(t.emulator.requests.length, before, "nothing was fetched");
});

Deno.test("createProxy's audio addresses expire, and work at another instance with the same key", async () => {
  await using t = await setUp({ audioMaxAge: 400 });
  const { done, own } = await finished(t);
  await using second = startProxy({ apiKey: t.emulator.apiKey, endpoint: t.emulator.url });
  const path = `/audio/${done.audioUrl!.split("/").pop()}`;
  assertEquals(await (await fetch(second.url + path)).bytes(), own);
  await new Promise((resolve) => setTimeout(resolve, 450));
  const before = t.emulator.requests.length;
  const late = await fetch(done.audioUrl!);
  await late.body?.cancel();
  assertEquals(late.status, 410);
  await assertRejects(() => t.page.downloadAudio(done).bytes(), ResourceNotFoundError);
  assertEquals(t.emulator.requests.length, before);
});

Deno.test("createProxy fetches audio by plaintext only if plaintext is allowed, and follows redirects as far", async () => {
  const urls: string[] = [];
  const wav = () => new Response("RIFF....WAVE", { headers: { "content-type": "audio/wav" } });
  let plan: (url: URL) => Response = wav;
  const fetch = ((url: string, init: RequestInit) => {
    urls.push(url);
    assertEquals(init.redirect, "manual");
    assertEquals(new Headers(init.headers).get("x-api-key"), null);
    return Promise.resolve(plan(new URL(url)));
  }) as typeof globalThis.fetch;
  const ask = async (address: string) => {
    urls.length = 0;
    const proxy = createProxy({ apiKey: KEY, endpoint: "tts.example", fetch });
    const token = await new AudioTokens(KEY, 60_000).seal(address);
    const response = await proxy(new Request(`https://my.site/tts/audio/${token}`));
    await response.body?.cancel();
    return response;
  };
  assertEquals((await ask("https://cdn.example/a")).status, 200);
  for (
    const address of [
      "http://cdn.example/a",
      "http://127.0.0.1/a",
      "https://u:p@cdn.example/",
      "file:///etc/passwd",
      "data:,x",
    ]
  ) {
    assertEquals((await ask(address)).status, 404, address);
    assertEquals(urls, []);
  }
  const to = (location: string) => () => new Response(null, { status: 302, headers: { location } });
  const hops = { "/a": "https://b.example/b", "/b": "/c" } as Record<string, string>;
  plan = ({ pathname }) => hops[pathname] ? to(hops[pathname])() : wav();
  assertEquals((await ask("https://cdn.example/a")).status, 200);
  assertEquals(urls, ["https://cdn.example/a", "https://b.example/b", "https://b.example/c"]);
  for (
    const location of ["http://b.example/", "http://127.0.0.1/", "file:///etc/passwd", "https://["]
  ) {
    plan = to(location);
    assertEquals((await ask("https://cdn.example/a")).status, 502, location);
    assertEquals(urls, ["https://cdn.example/a"]);
  }
  plan = to("/again");
  assertEquals((await ask("https://cdn.example/a")).status, 502);
  assertEquals(urls.length, 6);
  plan = () =>
    new Response("RIFF....WAVE", { headers: { "content-type": "text/html", "set-cookie": "a=b" } });
  const { headers } = await ask("https://cdn.example/a");
  assertEquals(headers.get("content-type"), "application/octet-stream");
  assertEquals(headers.get("x-content-type-options"), "nosniff");
  assertEquals(headers.get("set-cookie"), null);
});

Deno.test("createProxy says of audio that fails what the page can use", async () => {
  await using t = await setUp();
  const { done } = await finished(t);
  const cases = [
    [{ kind: "http", status: 403 }, ResourceNotFoundError, 404],
    [{ kind: "http", status: 401 }, ResourceNotFoundError, 410],
    [{ kind: "http", status: 404 }, ResourceNotFoundError, 404],
    [{ kind: "http", status: 500 }, ServiceUnavailableError, 502],
    [{ kind: "drop" }, ServiceUnavailableError, 502],
  ] as const;
  for (const [fault, Class, status] of cases) {
    // Often, as Deno sends a GET again by itself.
    t.emulator.clearFaults();
    t.emulator.addFault({ ...fault, method: "Audio", times: Infinity });
    const error = await assertRejects(() => t.page.downloadAudio(done).bytes(), Class);
    assertEquals((error as ResourceNotFoundError).statusCode, status);
  }
  assertEquals(t.events.map(({ type }) => type), cases.map(() => "upstream_failed") as never);
});

Deno.test("createProxy lets a page try again for audio that its server shows a moment late", async () => {
  await using t = await setUp();
  const { done, own } = await finished(t);
  using page = new Client({ apiKey: null, endpoint: t.url, backoff: QUICK });
  for (const status of [403, 404, 408, 425, 429, 500, 503]) {
    t.emulator.addFault({ kind: "http", status, method: "Audio", times: 2 });
    assertEquals((await page.downloadAudio(done).bytes()).length, own.length, `HTTP ${status}`);
    t.emulator.clearFaults();
  }
});

Deno.test("createProxy leaves the audio's server within 200 ms when the page leaves", async () => {
  let cancelled = false;
  let sent = 0;
  await using upstream = startUpstream(() =>
    new Response(
      new ReadableStream({
        pull: (controller) => {
          sent += 65_536;
          controller.enqueue(new Uint8Array(65_536));
        },
        cancel: () => void (cancelled = true),
      }, { highWaterMark: 0 }),
    )
  );
  await using t = startProxy({ apiKey: KEY, endpoint: upstream.url });
  const token = await new AudioTokens(KEY, 60_000).seal(`${upstream.url}/endless`);
  const response = await fetch(`${t.url}/audio/${token}`);
  const reader = response.body!.getReader();
  await reader.read();
  let before = -1;
  while (before !== sent) {
    before = sent;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  assert(sent < 60_000_000, `no more is fetched than the page reads: ${sent}`);
  await reader.cancel();
  assert(await until(() => cancelled) < 200);
});

Deno.test("createProxy keeps no timer of a visitor whose body is cancelled while it takes a piece, as Deno's server does", async () => {
  const pieces = () => new Response(new Uint8Array(1_000));
  await using upstream = startUpstream(pieces);
  const proxy = createProxy({ apiKey: KEY, endpoint: upstream.url, methods: ALL, timeout: 60_000 });
  const token = await new AudioTokens(KEY, 60_000).seal(`${upstream.url}/audio`);
  const answer = await proxy(new Request(`http://127.0.0.1/tts/audio/${token}`));
  assertEquals(answer.status, 200);
  const reader = answer.body!.getReader();
  const { prototype } = ReadableStreamDefaultController;
  const { enqueue } = prototype;
  prototype.enqueue = function (chunk) {
    prototype.enqueue = enqueue;
    enqueue.call(this, chunk);
    void reader.cancel();
  };
  try {
    await reader.read();
  } finally {
    prototype.enqueue = enqueue;
  }
});

Deno.test("createProxy leaves the service's own address when audio is false", async () => {
  await using t = await setUp({ audio: false });
  const { done, own } = await finished(t);
  assert(done.audioUrl?.startsWith(`${t.emulator.url}/audio/`), done.audioUrl);
  assertEquals(await t.page.downloadAudio(done).bytes(), own);
  const token = await new AudioTokens(t.emulator.apiKey, 60_000).seal(done.audioUrl!);
  const response = await fetch(`${t.url}/audio/${token}`);
  await response.body?.cancel();
  assertEquals(response.status, 404);
});

Deno.test("createProxy names its audio by publicUrl, or relative to the endpoint of the SDK's client", async () => {
  const ask = async (options: Parameters<typeof setUp>[0], headers: Record<string, string>) => {
    await using t = await setUp(options, {}, { headers });
    const { done } = await finished(t);
    return done.audioUrl!.replace(/[\w-]+$/, "…").replace(t.url, "own");
  };
  const origin = "https://my.site";
  assertEquals(await ask({}, {}), "own/audio/…");
  assertEquals(await ask({ publicUrl: "https://my.site/api/" }, {}), "https://my.site/api/audio/…");
  assertEquals(await ask({}, { origin, "sec-fetch-site": "same-origin" }), "own/audio/…");
  assertEquals(await ask({ origins: [origin] }, { origin }), "own/audio/…");
});

Deno.test("createProxy names its audio to other clients by the page's own origin behind TLS, or by the request's URL", async () => {
  await using t = await setUp();
  const { done: { requestId } } = await finished(t);
  const ask = async (headers: Record<string, string>) => {
    const answer = await post(
      t.url,
      "CheckStatus",
      CheckStatusRequestSchema,
      { requestId },
      headers,
    );
    const { audioUrl } = unframe(CheckStatusResponseSchema, await answer.bytes());
    return audioUrl.replace(/[\w-]+$/, "…").replace(t.url, "own");
  };
  const same = { origin: "https://my.site", "sec-fetch-site": "same-origin" };
  assertEquals(await ask({}), "own/audio/…");
  assertEquals(await ask(same), "https://my.site/tts/audio/…");
  assertEquals(await ask({ "x-user-agent": "tsetsen-sdk-ts/0.1.0" }), "audio/…");
  assertEquals(await ask({ "x-user-agent": "grpc-web-javascript/0.1" }), "own/audio/…");
});

Deno.test("createProxy names its audio absolutely to a client over a transport whose endpoint it does not know", async () => {
  await using t = await setUp();
  const transport = createGrpcWebTransport({ baseUrl: t.url });
  using page = new Client({ apiKey: null, transport: transport as never });
  const job = await page.submit({ text, voiceId: t.voice });
  assert((await job.wait({ pollInterval: 5 })).audioUrl?.startsWith(`${t.url}/audio/`));
  assert((await (await job.audio()).bytes()).length > 44);
});

for (const [name, Page] of [["Client", Client], ["the lean Client", LeanClient]] as const) {
  Deno.test(`createProxy behind a server that changes host and path gives ${name} audio that it can fetch`, async () => {
    await using t = await setUp();
    // As nginx does with `location /api/ { proxy_pass http://inner/; }`, and Hono's proxy().
    await using front = startUpstream((request) => {
      const { pathname } = new URL(request.url);
      const inner = new URL(pathname.replace(/^\/api/, ""), t.url);
      const { method, body } = request;
      const headers = new Headers(request.headers);
      headers.delete("host");
      return fetch(inner, { method, headers, body });
    });
    const endpoint = `${front.url}/api/tts`;
    using page = new Page({ apiKey: null, endpoint, secure: false, maxRetries: 0 });
    const job = await page.submit({ text, voiceId: t.voice });
    const done = await job.wait({ pollInterval: 5 });
    assert(done.audioUrl?.startsWith(`${endpoint}/audio/`), done.audioUrl);
    assert((await (await job.audio()).bytes()).length > 44);
    assertEquals(t.emulator.ledger.charges.length, 1);
  });
}

const BOM = "\ufeff";

/** What a server of audio may send in its place: type, body. */
const NO_AUDIO: Readonly<Record<string, readonly [type: string, body: BodyInit, named: string]>> = {
  "JSON in Mongolian": [
    "application/json",
    JSON.stringify({ error: "түлхүүр буруу" }),
    "text and not audio",
  ],
  "a page with a byte order mark": [
    "text/html",
    `${BOM}<html><body>Алдаа</body></html>`,
    "text and not audio",
  ],
  "a page that is called audio": [
    "audio/wav",
    "<!doctype html><title>Not found</title>",
    "text and not audio",
  ],
  "nine bytes of text": ["text/plain", "Not found", "text and not audio"],
  "no bytes": ["audio/wav", "", "no audio: 0 bytes"],
  "bytes of no format, called a picture": [
    "image/png",
    new Uint8Array(4_800),
    "content of type image/png and not audio",
  ],
  "bytes of no format, called a page": [
    "text/html; charset=utf-8",
    new Uint8Array(4_800),
    "content of type text/html and not audio",
  ],
};

for (const [what, [type, body, named]] of Object.entries(NO_AUDIO)) {
  Deno.test(`createProxy answers 502 when the audio's server sends ${what}`, async () => {
    await using upstream = startUpstream(() =>
      new Response(body, { headers: { "content-type": type } })
    );
    await using t = startProxy({ apiKey: KEY, endpoint: upstream.url });
    const token = await new AudioTokens(KEY, 60_000).seal(`${upstream.url}/a`);
    const response = await fetch(`${t.url}/audio/${token}`);
    assertEquals(response.status, 502);
    assert((await response.text()).includes(`sent ${named}: the job was charged`));
    assertEquals(t.events.map(({ type, method }) => [type, method]), [[
      "upstream_failed",
      "audio",
    ]]);
    const download = t.page.downloadAudio({ audioUrl: `${t.url}/audio/${token}`, requestId: "r" });
    const error = await assertRejects(() => download.wav(), ServerError);
    assert(error.message.includes(`the audio's server sent ${named}`), error.message);
    assertEquals([error.requestId, error.charged], ["r", "yes"]);
  });
}

const SOUND = encodeWav(new Uint8Array(48_000).fill(7));

async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return await new Response(stream).bytes();
}

Deno.test("createProxy decodes audio that comes in gzip, and refuses other codings", async () => {
  const coded = await gzip(SOUND);
  let coding = "gzip";
  const headers = () => ({ "content-type": "audio/wav", "content-encoding": coding });
  await using upstream = startUpstream(() => new Response(coded, { headers: headers() }));
  await using t = startProxy({ apiKey: KEY, endpoint: upstream.url });
  const token = await new AudioTokens(KEY, 60_000).seal(`${upstream.url}/a`);
  const get = (range?: string) =>
    fetch(`${t.url}/audio/${token}`, range === undefined ? {} : { headers: { range } });
  for (const range of [undefined, "bytes=0-1"]) {
    const response = await get(range);
    assertEquals([response.status, response.headers.get("content-encoding")], [200, null]);
    assertEquals(response.headers.get("accept-ranges"), "none");
    assertEquals(await response.bytes(), SOUND);
  }
  coding = "zstd";
  const refused = await get();
  assertEquals(refused.status, 502);
  assert((await refused.text()).includes("zstd"));
});

Deno.test("createProxy answers Range for an audio server that does not, and sells nothing anew", async () => {
  let asked = 0;
  await using upstream = startUpstream(() => {
    asked++;
    return new Response(SOUND, { headers: { "content-type": "audio/wav", etag: '"1"' } });
  });
  await using t = startProxy({ apiKey: KEY, endpoint: upstream.url });
  const token = await new AudioTokens(KEY, 60_000).seal(`${upstream.url}/a`);
  const get = (headers: Record<string, string>) => fetch(`${t.url}/audio/${token}`, { headers });
  const size = SOUND.length;
  const ranges: readonly (readonly [range: string, from: number, to: number])[] = [
    ["bytes=0-1", 0, 2],
    ["bytes=44-", 44, size],
    ["bytes=-100", size - 100, size],
    [`bytes=40000-${size + 5}`, 40_000, size],
  ];
  for (const [range, from, to] of ranges) {
    const response = await get({ range });
    assertEquals(response.status, 206, range);
    assertEquals(response.headers.get("content-range"), `bytes ${from}-${to - 1}/${size}`);
    assertEquals(response.headers.get("content-length"), `${to - from}`);
    assertEquals(await response.bytes(), SOUND.slice(from, to));
  }
  for (
    const headers of [{}, { range: "bytes=0-1", "if-range": '"0"' }] as Record<string, string>[]
  ) {
    const whole = await get(headers);
    assertEquals([whole.status, whole.headers.get("accept-ranges")], [200, "bytes"]);
    assert(whole.headers.get("cache-control")?.includes("no-transform"));
    assertEquals(await whole.bytes(), SOUND);
  }
  const beyond = await get({ range: `bytes=${size}-` });
  assertEquals([beyond.status, beyond.headers.get("content-range")], [416, `bytes */${size}`]);
  await beyond.body?.cancel();
  assertEquals(asked, 7);
});

/** Addresses that must not go to a visitor, nor be fetched. */
const BAD_ADDRESSES = [
  "https://user:secret@cdn.example/a.wav",
  "javascript:alert(1)",
  "data:audio/wav;base64,UklGRg==",
  "file:///etc/passwd",
  "//cdn.example/a.wav",
  "not a url",
];

for (const audio of [true, false]) {
  Deno.test(`createProxy passes on no audio_url that it cannot seal, with audio ${audio}`, async () => {
    let audioUrl = "";
    await using upstream = startUpstream(() =>
      new Response(
        concat(
          framed(
            0,
            toBinary(
              CheckStatusResponseSchema,
              create(CheckStatusResponseSchema, { requestId: "r", status: 3, audioUrl }),
            ),
          ),
          trailers({ "grpc-status": "0" }),
        ),
        { headers: { "content-type": "application/grpc-web+proto" } },
      )
    );
    await using t = startProxy({ apiKey: KEY, endpoint: upstream.url, audio });
    for (audioUrl of BAD_ADDRESSES) {
      const response = await post(t.url, "CheckStatus", CheckStatusRequestSchema, {
        requestId: "r",
      });
      const body = await response.bytes();
      assertEquals(unframe(CheckStatusResponseSchema, body).audioUrl, "", audioUrl);
    }
    assertEquals(t.events.length, BAD_ADDRESSES.length);
    assertEquals(JSON.stringify(t.events).includes("secret"), false);
  });
}

Deno.test("createProxy fetches no audio of its own machine for a service elsewhere", async () => {
  const urls: string[] = [];
  const fetch = ((url: string) => {
    urls.push(url);
    return Promise.resolve(new Response(SOUND, { headers: { "content-type": "audio/wav" } }));
  }) as typeof globalThis.fetch;
  for (const secure of [true, false]) {
    const proxy = createProxy({ apiKey: KEY, endpoint: "tts.example", secure, fetch });
    for (
      const address of [
        "https://127.0.0.1/a",
        "https://localhost./a",
        "https://a.localhost/a",
        "https://[::1]/a",
        "https://[::ffff:127.0.0.1]/a",
        "https://0.0.0.0/a",
        "https://169.254.169.254/latest",
        "http://127.0.0.1:9/a",
        "http://169.254.169.254/latest",
      ]
    ) {
      const token = await new AudioTokens(KEY, 60_000).seal(address);
      const response = await proxy(new Request(`https://my.site/tts/audio/${token}`));
      assertEquals(response.status, 404, address);
    }
  }
  assertEquals(urls, []);
});

Deno.test("createProxy passes on no part of audio that the page has not asked for", async () => {
  await using t = await setUp();
  const { done, own } = await finished(t);
  const headers = { "content-type": "audio/wav", "content-range": `bytes 0-999/${own.length}` };
  const part = {
    kind: "http",
    method: "Audio",
    status: 206,
    body: own.subarray(0, 1_000),
    headers,
  } as const;
  t.emulator.addFault({ ...part, times: 2 });
  const whole = await fetch(done.audioUrl!);
  assertEquals([whole.status, (await whole.text()).includes("HTTP 206")], [502, true]);
  const asked = await fetch(done.audioUrl!, { headers: { range: "bytes=0-999" } });
  assertEquals([asked.status, (await asked.bytes()).length], [206, 1_000]);
});

Deno.test("createProxy and Client.downloadAudio take a whole file that comes as HTTP 206 unasked, with a length and without, and no part of one", async () => {
  const size = SOUND.length;
  const whole = `bytes 0-${size - 1}/${size}`;
  const answers: readonly [headers: Record<string, string>, body: Uint8Array, isWhole: boolean][] =
    [
      [{ "content-range": whole }, SOUND, true],
      [{ "content-range": whole, "content-length": `${size}` }, SOUND, true],
      [{}, SOUND, false],
      [{ "content-range": `bytes 0-999/${size}` }, SOUND.slice(0, 1_000), false],
      [{ "content-range": `bytes 0-${size - 1}/*` }, SOUND, false],
      [{ "content-range": `bytes 1-${size}/${size}` }, SOUND, false],
      [{ "content-range": whole, "content-length": "1000" }, SOUND.slice(0, 1_000), false],
      [{ "content-range": whole, "content-encoding": "gzip" }, await gzip(SOUND), false],
    ];
  let at = 0;
  await using upstream = startUpstream(() => {
    const [headers, body] = answers[at]!;
    // A stream has no length by itself.
    const stream = new Blob([body as Uint8Array<ArrayBuffer>]).stream();
    return new Response(stream, { status: 206, headers });
  });
  await using t = startProxy({ apiKey: KEY, endpoint: upstream.url });
  const token = await new AudioTokens(KEY, 60_000).seal(`${upstream.url}/a`);
  using direct = new Client({ apiKey: null, endpoint: upstream.url, maxRetries: 0 });
  for (; at < answers.length; at++) {
    const [headers, , isWhole] = answers[at]!;
    const what = JSON.stringify(headers);
    const throughProxy = await fetch(`${t.url}/audio/${token}`);
    const bytes = await throughProxy.bytes();
    assertEquals(throughProxy.status, isWhole ? 200 : 502, what);
    const download = direct.downloadAudio({ audioUrl: `${upstream.url}/a` });
    if (!isWhole) {
      await assertRejects(() => download.bytes(), ServerError, "HTTP 206");
      continue;
    }
    assertEquals([bytes, await download.bytes()], [SOUND, SOUND], what);
    assertEquals(throughProxy.headers.get("content-range"), null);
    assertEquals(throughProxy.headers.get("content-length"), `${size}`);
  }
});

Deno.test("createProxy reports an answer that does not fit the page's request as a fault of the audio's server", async () => {
  let status = 304;
  await using upstream = startUpstream(() => new Response(null, { status }));
  await using t = startProxy({ apiKey: KEY, endpoint: upstream.url });
  const token = await new AudioTokens(KEY, 60_000).seal(`${upstream.url}/a`);
  const get = async (headers: Record<string, string>) => {
    const response = await fetch(`${t.url}/audio/${token}`, { headers });
    await response.body?.cancel();
    return response.status;
  };
  assertEquals(await get({}), 502);
  assertEquals(await get({ range: "bytes=0-1" }), 502);
  assertEquals(await get({ "if-none-match": '"1"' }), 304);
  status = 416;
  assertEquals(await get({ "if-none-match": '"1"' }), 502);
  assertEquals(await get({ range: "bytes=99-" }), 416);
  assertEquals(t.events.map(({ message }) => message), [
    "The audio's server answered with HTTP 304.",
    "The audio's server answered with HTTP 304.",
    "The audio's server answered with HTTP 416.",
  ]);
});

Deno.test("createProxy reports audio that breaks off or falls silent in its middle", async () => {
  let isSilent = false;
  await using upstream = startUpstream(() => {
    let pulls = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (pulls++ === 0) return controller.enqueue(SOUND.slice(0, 10_000));
        return isSilent ? new Promise(() => {}) : controller.error(new Error("lost"));
      },
    });
    return new Response(body, { headers: { "content-type": "audio/wav" } });
  });
  await using t = startProxy({ apiKey: KEY, endpoint: upstream.url, timeout: 500 });
  const token = await new AudioTokens(KEY, 60_000).seal(`${upstream.url}/a`);
  for (isSilent of [false, true]) {
    t.events.length = 0;
    await assertRejects(async () => await (await fetch(`${t.url}/audio/${token}`)).bytes());
    await until(() => t.events.length > 0);
    assertEquals(t.events.map(({ type, method }) => [type, method]), [[
      "upstream_failed",
      "audio",
    ]]);
  }
});
