import { assertEquals } from "@std/assert";
import { createEmulator, startEmulator } from "../../src/emulator/mod.ts";
import { setUp } from "./setup.ts";

const preview = "http://localhost/audio/voice-emulator-v2-sarnai.wav";

Deno.test("Emulator.fetch serves a WAVE file with the format of the service", async () => {
  const response = await createEmulator().fetch(preview);
  assertEquals(response.headers.get("content-type"), "audio/wav");
  const file = await response.arrayBuffer();
  const view = new DataView(file);
  assertEquals(new TextDecoder().decode(file.slice(0, 4)), "RIFF");
  assertEquals(view.getUint32(24, true), 24_000);
  assertEquals([view.getUint16(22, true), view.getUint16(34, true)], [1, 16]);
  assertEquals(view.getUint32(40, true), file.byteLength - 44);
  assertEquals(view.getUint32(4, true), file.byteLength - 8);
  const samples = new Int16Array(file.slice(44));
  assertEquals(samples.some((sample) => Math.abs(sample) > 8_000), true);
  assertEquals(
    samples.every((sample, i) => Math.abs(sample - (samples[i - 1] ?? 0)) < 3_000),
    true,
  );
});

Deno.test("Emulator.fetch answers ranges as HTTP says", async () => {
  const { fetch } = createEmulator();
  const whole = new Uint8Array(await (await fetch(preview)).arrayBuffer());
  const size = whole.length;
  const cases: [string, number, Uint8Array][] = [
    ["bytes=0-3", 206, whole.subarray(0, 4)],
    ["bytes=40-50", 206, whole.subarray(40, 51)],
    [`bytes=${size - 5}-`, 206, whole.subarray(size - 5)],
    ["bytes=-7", 206, whole.subarray(size - 7)],
    [`bytes=70000-${size + 99}`, 206, whole.subarray(70_000)],
    [`bytes=${size}-`, 416, new Uint8Array()],
    ["bytes=-0", 416, new Uint8Array()],
    ["bytes=5-2", 200, whole],
    ["bytes=0-1,4-5", 200, whole],
    ["lines=1-2", 200, whole],
  ];
  for (const [range, status, bytes] of cases) {
    const response = await fetch(preview, { headers: { range } });
    assertEquals(response.status, status, range);
    assertEquals(new Uint8Array(await response.arrayBuffer()), bytes, range);
  }
  const refused = await fetch(preview, { headers: { range: `bytes=${size}-` } });
  assertEquals(refused.headers.get("content-range"), `bytes */${size}`);
});

Deno.test("Emulator.fetch knows ETag, If-Range, HEAD and wrong methods", async () => {
  const { fetch } = createEmulator();
  const head = await fetch(preview, { method: "HEAD" });
  const etag = head.headers.get("etag") ?? "";
  assertEquals(head.body, null);
  assertEquals(Number(head.headers.get("content-length")) > 44, true);
  const status = async (headers: Record<string, string>, method = "GET") => {
    const response = await fetch(preview, { method, headers });
    await response.body?.cancel();
    return response.status;
  };
  assertEquals(await status({ "if-none-match": etag }), 304);
  assertEquals(await status({ "if-range": etag, range: "bytes=0-1" }), 206);
  assertEquals(await status({ "if-range": '"old"', range: "bytes=0-1" }), 200);
  assertEquals(await status({}, "DELETE"), 405);
  assertEquals((await fetch("http://localhost/audio/none.wav")).status, 404);
  assertEquals((await fetch("http://localhost/")).status, 404);
});

Deno.test("Emulator.addFault of audio serves other bytes, another version, or no ranges", async () => {
  const { fetch, addFault } = createEmulator();
  const bytes = new Uint8Array([1, 2, 3, 4]);
  const lastModified = "Sun, 01 Nov 2026 10:00:00 GMT";
  addFault({ kind: "audio", bytes, etag: '"b"', contentType: "audio/mpeg", lastModified });
  const whole = await fetch(preview);
  assertEquals(new Uint8Array(await whole.arrayBuffer()), bytes);
  const shown = ["content-type", "content-length", "etag", "last-modified", "accept-ranges"];
  assertEquals(
    shown.map((name) => whole.headers.get(name)),
    ["audio/mpeg", "4", '"b"', lastModified, "bytes"],
  );
  const range = { range: "bytes=1-2" };
  const cases: [Record<string, string>, object, number][] = [
    [range, {}, 206],
    [range, { ranges: false }, 200],
    [{ ...range, "if-range": '"a"' }, { etag: '"b"' }, 200],
    [{ ...range, "if-range": '"b"' }, { etag: '"b"' }, 206],
    [{ ...range, "if-range": lastModified }, { etag: "", lastModified }, 206],
    [{ ...range, "if-range": lastModified }, { etag: "" }, 200],
  ];
  for (const [headers, fault, status] of cases) {
    addFault({ kind: "audio", bytes, ...fault });
    const response = await fetch(preview, { headers });
    assertEquals(response.status, status, JSON.stringify([headers, fault]));
    assertEquals((await response.arrayBuffer()).byteLength, status === 206 ? 2 : 4);
  }
  // The other methods do not meet it.
  addFault({ kind: "audio", etag: '"later"' });
  await (await fetch("http://localhost/tsetsen.api.v1.TsetsenTTS/ListVoices", { method: "POST" }))
    .body?.cancel();
  assertEquals((await fetch(preview, { method: "HEAD" })).headers.get("etag"), '"later"');
});

Deno.test("Emulator.requests shows that a download carries no key", async () => {
  await using running = await setUp();
  const { emulator } = running;
  const response = await fetch(`${emulator.url}/audio/voice-emulator-v2-bold.wav`);
  await response.body?.cancel();
  const [request] = emulator.requests;
  assertEquals([request?.method, request?.httpMethod], ["Audio", "GET"]);
  assertEquals(request?.headers["x-api-key"], undefined);
});

Deno.test("startEmulator answers a preflight without its headers, which the Request of happy-dom drops", async () => {
  await using emulator = await startEmulator();
  const url = `${emulator.url}/tsetsen.api.v1.TsetsenTTS/GenerateSpeech`;
  const preflight = await fetch(url, { method: "OPTIONS" });
  await preflight.body?.cancel();
  assertEquals(preflight.status, 204);
  assertEquals(preflight.headers.get("access-control-allow-origin"), "*");
  assertEquals(emulator.requests, []);
});

Deno.test("Emulator.fetch answers a browser's preflight and exposes what a client reads", async () => {
  const { fetch } = createEmulator();
  const url = "http://localhost/tsetsen.api.v1.TsetsenTTS/ListVoices";
  const preflight = await fetch(url, {
    method: "OPTIONS",
    headers: { origin: "http://page.example", "access-control-request-method": "POST" },
  });
  assertEquals(preflight.status, 204);
  const allowed = preflight.headers.get("access-control-allow-headers")?.toLowerCase().split(", ");
  for (
    const name of [
      "content-type",
      "x-grpc-web",
      "x-user-agent",
      "grpc-timeout",
      "x-api-key",
      "x-goog-api-key",
      "range",
    ]
  ) {
    assertEquals(allowed?.includes(name), true, name);
  }
  const answer = await fetch(url, { method: "POST" });
  await answer.body?.cancel();
  assertEquals(answer.headers.get("access-control-allow-origin"), "*");
  const exposed = answer.headers.get("access-control-expose-headers")?.toLowerCase() ?? "";
  for (const name of ["grpc-status", "grpc-message", "grpc-status-details-bin", "retry-after"]) {
    assertEquals(exposed.includes(name), true, name);
  }
  const closed = await createEmulator({ cors: false }).fetch(url, { method: "POST" });
  assertEquals(closed.headers.get("access-control-allow-origin"), null);
});

Deno.test("Emulator.fetch lets no page read any answer when cors is false, and every one otherwise", async () => {
  const at = "http://localhost";
  const method = `${at}/tsetsen.api.v1.TsetsenTTS/ListVoices`;
  const tooLarge = new Uint8Array(16 * 1024 * 1024 + 1);
  const requests: [number, string, RequestInit][] = [
    [404, at, {}],
    [413, method, { method: "POST", body: tooLarge }],
    [404, `${at}/audio/none.wav`, {}],
    [200, preview, {}],
    [405, preview, { method: "DELETE" }],
    [415, method, { method: "POST" }],
  ];
  for (const cors of [false, true]) {
    const { fetch } = createEmulator({ cors });
    for (const [status, url, init] of requests) {
      const { headers, status: came } = await answered(fetch(url, init));
      const open = [...headers.keys()].filter((name) => name.startsWith("access-control-"));
      assertEquals(came, status);
      assertEquals(open.length, cors ? 2 : 0, `${status} ${open}`);
      assertEquals(headers.get("access-control-allow-origin"), cors ? "*" : null);
    }
  }
});

async function answered(call: Promise<Response>): Promise<{ status: number; headers: Headers }> {
  const { status, headers, body } = await call;
  await body?.cancel();
  return { status, headers };
}
