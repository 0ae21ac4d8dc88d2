// @ts-check
// The proxy on Node.js 20 or newer: the key stays here, and pages may speak. node serve.mjs
// Once before: node ../install.mjs. The key comes from TSETSEN_API_KEY.

import { createHash, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import process from "node:process";
import { createProxy } from "@tsetsen/sdk/proxy";
import { createServerAdapter } from "@whatwg-node/server";

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

// This adapter aborts the request's signal when a visitor leaves. The proxy then ends the call to the service.
const server = createServer(createServerAdapter(proxy));
server.listen(Number(process.env["PORT"] ?? 8080), "127.0.0.1", () => {
  const address = server.address();
  console.log(
    `http://127.0.0.1:${typeof address === "object" ? address?.port : address}/`,
  );
});

/**
 * Compares in a time that does not depend on how much is right.
 *
 * @param {string} given
 * @param {string} wanted
 */
function isEqual(given, wanted) {
  const digest = (/** @type {string} */ text) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}
