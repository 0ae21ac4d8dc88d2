/**
 * Serves the page, and stands between it and the service: `deno run -A serve.ts`, then open what it prints.
 *
 * Without `TSETSEN_API_KEY` it starts an emulator; with it, the page speaks with the real service, which costs credits.
 *
 * @module
 */

import { startEmulator } from "@tsetsen/sdk/emulator";
import { createProxy, type ProxyOptions } from "@tsetsen/sdk/proxy";
import { bundleForBrowser } from "./bundle.ts";

const HEADERS = {
  "cache-control": "no-cache",
  "x-content-type-options": "nosniff",
  // wavesurfer.js brings its styles as an element.
  "content-security-policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:",
};

/** The names of this machine that DNS cannot give to others. */
const LOCAL: readonly string[] = ["127.0.0.1", "localhost"];

/** Serves the page on this machine, and below /tts/ the service, to which it adds the key. */
export async function servePage(
  service: Pick<ProxyOptions, "apiKey" | "endpoint" | "secure">,
  port = 0,
): Promise<Deno.HttpServer<Deno.NetAddr>> {
  const file = (name: string) => Deno.readFile(new URL(name, import.meta.url));
  const files: Record<string, readonly [type: string, body: Uint8Array<ArrayBuffer>]> = {
    "/": ["text/html; charset=utf-8", await file("index.html")],
    "/style.css": ["text/css; charset=utf-8", await file("style.css")],
    "/main.js": [
      "text/javascript; charset=utf-8",
      await bundleForBrowser(import.meta.resolve("./main.ts")),
    ],
  };
  // On a public site give publicUrl, and say with `authorize` and `rateLimit` who may spend your credits, and how fast.
  const proxy = createProxy({
    ...service,
    methods: ["ListVoices", "GenerateSpeech", "CheckStatus", "StreamSpeech"],
    versions: ["beta-v0.2"],
    maxCharacters: 500,
  });
  return Deno.serve({ port, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const { pathname, hostname } = new URL(request.url);
    // The page of another site could reach this server under its own name, by an answer of DNS ("DNS rebinding").
    if (!LOCAL.includes(hostname)) return new Response("Not this host\n", { status: 421 });
    if (pathname.startsWith("/tts/")) return proxy(request);
    const [type, body] = files[pathname] ?? [];
    if (type === undefined) return new Response("Not found\n", { status: 404 });
    return new Response(body, { headers: { ...HEADERS, "content-type": type } });
  });
}

if (import.meta.main) {
  const real = Deno.env.get("TSETSEN_API_KEY");
  // Slow enough to see the audio grow.
  const emulator = real
    ? undefined
    : await startEmulator({ streamPace: 60, queueTime: 500, pace: 20 });
  const service = emulator && { apiKey: emulator.apiKey, endpoint: emulator.url, secure: false };
  const { addr } = await servePage(service ?? {}, Number(Deno.env.get("PORT") ?? 8000));
  console.log(`http://127.0.0.1:${addr.port}/`);
  console.log(
    emulator ? "An emulator speaks: no costs." : "The real service speaks: this costs credits.",
  );
}
