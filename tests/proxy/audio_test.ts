import { assert, assertEquals, assertRejects } from "@std/assert";
import { ResourceNotFoundError, ServiceUnavailableError } from "../../mod.ts";
import { AudioTokens } from "../../src/proxy/audio_token.ts";
import { setUp, startProxy, startUpstream, until } from "./setup.ts";

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
  let plan: (url: URL) => Response = () => new Response("RIFF");
  const fetch = ((url: string, init: RequestInit) => {
    urls.push(url);
    assertEquals(init.redirect, "manual");
    assertEquals(new Headers(init.headers).get("x-api-key"), null);
    return Promise.resolve(plan(new URL(url)));
  }) as typeof globalThis.fetch;
  const { createProxy } = await import("../../src/proxy/mod.ts");
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
  plan = ({ pathname }) => hops[pathname] ? to(hops[pathname])() : new Response("RIFF");
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
  assertEquals(urls.length, 4);
  const page = "<script>alert(1)</script>";
  plan = () =>
    new Response(page, { headers: { "content-type": "text/html", "set-cookie": "a=b" } });
  const { headers } = await ask("https://cdn.example/a");
  assertEquals(headers.get("content-type"), "application/octet-stream");
  assertEquals(headers.get("set-cookie"), null);
});

Deno.test("createProxy says of audio that fails what the page can use", async () => {
  await using t = await setUp();
  const { done } = await finished(t);
  const cases = [
    [{ kind: "http", status: 403 }, ResourceNotFoundError, 410],
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

Deno.test("createProxy names its audio by publicUrl, or by the page's own origin behind TLS", async () => {
  const ask = async (options: Parameters<typeof setUp>[0], headers: Record<string, string>) => {
    await using t = await setUp(options, {}, { headers });
    const { done } = await finished(t);
    return done.audioUrl!.replace(/[\w-]+$/, "…").replace(t.url, "own");
  };
  const origin = "https://my.site";
  assertEquals(await ask({}, {}), "own/audio/…");
  assertEquals(await ask({ publicUrl: "https://my.site/api/" }, {}), "https://my.site/api/audio/…");
  const same = { origin, "sec-fetch-site": "same-origin" };
  assertEquals(await ask({}, same), "https://my.site/tts/audio/…");
  assertEquals(await ask({ origins: [origin] }, { origin }), "own/audio/…");
});
