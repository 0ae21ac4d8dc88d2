// The error classes: their shape, their text, and that a minifier does not change them.

import { assert, assertEquals, assertMatch } from "@std/assert";
import * as esbuild from "esbuild";
import * as sdk from "../../mod.ts";
import { TsetsenError } from "../../mod.ts";
import { isTransient, withContext } from "../../src/contract/errors.ts";

const CODES = {
  AuthenticationError: "authentication_failed",
  PermissionDeniedError: "permission_denied",
  InvalidRequestError: "invalid_request",
  RateLimitExceededError: "rate_limit_exceeded",
  InsufficientCreditsError: "insufficient_credits",
  ResourceNotFoundError: "resource_not_found",
  ServiceUnavailableError: "service_unavailable",
  ConnectionError: "connection_error",
  TimeoutError: "timeout",
  ServerError: "server_error",
  ClientClosedError: "client_closed",
  JobFailedError: "job_failed",
} as const;

type Name = keyof typeof CODES;
const NAMES = Object.keys(CODES) as Name[];

// The process of esbuild ends a little after stop().
const ESBUILD = { sanitizeOps: false, sanitizeResources: false };

Deno.test("mod.ts exports every error class, and the table here has them all", () => {
  const exported = Object.keys(sdk).filter((name) => /Error$/.test(name));
  assertEquals(exported.toSorted(), [...NAMES, "TsetsenError"].toSorted());
});

Deno.test("TsetsenError subclasses have their name and code, and are no instances of each other", () => {
  for (const name of NAMES) {
    const error = new sdk[name]("text");
    assertEquals([error.name, error.code], [name, CODES[name]]);
    assert(error instanceof sdk[name]);
    assert(error instanceof TsetsenError && error instanceof Error);
    for (const other of NAMES) assertEquals(error instanceof sdk[other], other === name);
    assertEquals(Object.prototype.toString.call(error), "[object Error]");
  }
});

Deno.test("TsetsenError subclasses keep their code whatever is given", () => {
  for (const name of NAMES) {
    const error = new sdk[name]("text", { code: "forged" });
    assertEquals(error.code, CODES[name]);
    assertEquals(error.message, `${CODES[name]}: text`);
  }
});

Deno.test('TsetsenError.message has the form "code: text (Request ID: id)", without the parts that are not known', () => {
  assertEquals(new TsetsenError("text").message, "text");
  assertEquals(new TsetsenError("text", { code: "odd" }).message, "odd: text");
  assertEquals(new TsetsenError("text", { requestId: "r1" }).message, "text (Request ID: r1)");
  const error = new sdk.TimeoutError("text", { requestId: "r1" });
  assertEquals(error.message, "timeout: text (Request ID: r1)");
  assertEquals(error.rawMessage, "text");
  assertEquals(`${error}`, "TimeoutError: timeout: text (Request ID: r1)");
});

Deno.test("TsetsenError has its options as fields, and defaults for the others", () => {
  const bare = new TsetsenError("text");
  assertEquals([bare.name, bare.code], ["TsetsenError", undefined]);
  assertEquals([bare.statusCode, bare.requestId], [undefined, undefined]);
  assertEquals([bare.charged, bare.retryAfter], [undefined, undefined]);
  assertEquals(bare.details, {});
  assert(!("cause" in bare));
  const cause = new Error("deep");
  const full = new sdk.ServerError("text", {
    statusCode: 13,
    requestId: "r1",
    details: { "x-a": "1" },
    charged: "unknown",
    retryAfter: 5,
    cause,
  });
  assertEquals([full.statusCode, full.requestId, full.charged], [13, "r1", "unknown"]);
  assertEquals([full.details, full.retryAfter], [{ "x-a": "1" }, 5]);
  assert(full.cause === cause);
});

Deno.test("TsetsenError.stack begins with the name of the class", () => {
  for (const name of NAMES) {
    const first = new sdk[name]("text").stack?.split("\n")[0];
    assertEquals(first, `${name}: ${CODES[name]}: text`);
  }
  assertEquals(new TsetsenError("text").stack?.split("\n")[0], "TsetsenError: text");
});

Deno.test("TsetsenError can be subclassed by a user", () => {
  class QuotaError extends TsetsenError {}
  const error = new QuotaError("text", { code: "quota" });
  assert(error instanceof QuotaError && error instanceof TsetsenError);
  assertEquals(error.message, "quota: text");
});

Deno.test("withContext adds what is known about the job and keeps all else", () => {
  const cause = new Error("deep");
  const details = { a: "b" };
  const error = new sdk.ServerError("text", { statusCode: 13, details, retryAfter: 7, cause });
  const known = withContext(error, { requestId: "r1", charged: "yes" });
  assert(known instanceof sdk.ServerError && known.cause === cause);
  assertEquals(known.message, "server_error: text (Request ID: r1)");
  assertEquals([known.statusCode, known.details, known.retryAfter], [13, details, 7]);
  assertEquals([known.requestId, known.charged], ["r1", "yes"]);
});

Deno.test("isTransient holds for what can pass by itself, and for nothing else", () => {
  const transient = NAMES.filter((name) => isTransient(new sdk[name]("text")));
  assertEquals(transient.toSorted(), [
    "ConnectionError",
    "RateLimitExceededError",
    "ServiceUnavailableError",
    "TimeoutError",
  ]);
  assert(isTransient(new sdk.ServerError("aborted", { statusCode: 10 })));
});

Deno.test({
  name: "TsetsenError and its subclasses keep their names in a minified bundle",
  ...ESBUILD,
  async fn() {
    const root = new URL("../..", import.meta.url).pathname;
    const { outputFiles } = await esbuild.build({
      entryPoints: [`${root}mod.ts`],
      absWorkingDir: root,
      bundle: true,
      minify: true,
      write: false,
      format: "esm",
      platform: "browser",
      // The names alone are of interest here, and npm packages are not where esbuild looks for them.
      external: ["@bufbuild/*", "@connectrpc/*"],
    });
    await esbuild.stop();
    const code = outputFiles[0]!.text;
    // What is external is found through the import map of this project, which a data: URL does not have.
    const resolved = code.replace(
      /(from\s*|import\s*)"(@(?:bufbuild|connectrpc)\/[^"]+)"/g,
      (_, from, name) => `${from}"${import.meta.resolve(name)}"`,
    );
    assert(!resolved.includes("class TsetsenError"), "it is not minified");
    const url = URL.createObjectURL(new Blob([resolved], { type: "text/javascript" }));
    try {
      const minified = await import(url) as typeof sdk;
      for (const name of NAMES) {
        const error = new minified[name]("text");
        assertEquals([error.name, error.code], [name, CODES[name]]);
        assertMatch(error.stack!, new RegExp(`^${name}: ${CODES[name]}: text`));
      }
      assertEquals(new minified.TsetsenError("text").name, "TsetsenError");
    } finally {
      URL.revokeObjectURL(url);
    }
  },
});

Deno.test("TsetsenError shows a long request id cut short, and keeps it whole in requestId", () => {
  const requestId = "r".repeat(4_000_000);
  const error = new sdk.ServerError("failed", { requestId });
  assert(error.message.length < 200, `${error.message.length}`);
  assertEquals(error.requestId, requestId);
});

Deno.test("TsetsenError recognises the errors of another copy of the package, and no others", async () => {
  // Another module specifier is another copy.
  const copy = await import("../../src/contract/errors.ts" + "?copy") as typeof sdk;
  const error = new copy.RateLimitExceededError("slow down");
  assert(copy.RateLimitExceededError !== sdk.RateLimitExceededError);
  assert(error instanceof sdk.TsetsenError);
  assert(error instanceof sdk.RateLimitExceededError);
  assert(!(error instanceof sdk.TimeoutError));
  class Mine extends sdk.TimeoutError {}
  assert(!(new sdk.TimeoutError("t") instanceof Mine));
  assert(new Mine("t") instanceof Mine && new Mine("t") instanceof sdk.TimeoutError);
  for (const other of [new Error("e"), {}, null, undefined, "text"]) {
    assert(!((other as unknown) instanceof sdk.TsetsenError));
  }
});
