// The proxy on Bun: the key stays here, and pages may speak. bun serve.ts
// Once before: node ../install.mjs. The key comes from TSETSEN_API_KEY.

import { createHash, timingSafeEqual } from "node:crypto";
import process from "node:process";
import { createProxy } from "@tsetsen/sdk/proxy";

/** The part of Bun that is used here. */
declare const Bun: {
  serve(options: {
    port: number;
    hostname: string;
    fetch(request: Request, server: unknown): Promise<Response>;
  }): { readonly port: number };
};

/** Who may spend the credits: put the sessions of your site in its place. */
const token = process.env["VISITOR_TOKEN"];
if (!token) {
  throw new Error(
    "VISITOR_TOKEN must be set: without it everybody could spend credits",
  );
}

const proxy = createProxy({
  methods: ["ListVoices", "GenerateSpeech", "CheckStatus", "StreamSpeech"],
  maxCharacters: 500,
  authorize: (request) => isEqual(request.headers.get("authorization") ?? "", `Bearer ${token}`),
  // An event holds neither the key nor a text.
  log: ({ type, method, message, requestId }) =>
    console.log(JSON.stringify({ type, method, message, requestId })),
});

const server = Bun.serve({
  port: Number(process.env["PORT"] ?? 8080),
  hostname: "127.0.0.1",
  // Bun cuts an answer that is silent for ten seconds. The proxy asks the server for more time.
  fetch: (request, server) => proxy(request, server),
});
console.log(`http://127.0.0.1:${server.port}/`);

/** Compares in a time that does not depend on how much is right. */
function isEqual(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}
