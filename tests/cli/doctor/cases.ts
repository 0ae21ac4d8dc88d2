// What can be wrong between here and the service: what the SDK's error must say of it, and what the doctor must find.

import type { RunningEmulator } from "../../../src/emulator/mod.ts";
import { serveGrpc } from "../../../src/emulator/native.ts";
import type { Certificates } from "../../support/certificates.ts";
import { closedPort, rawServer } from "../../support/raw_server.ts";
import { KEY } from "../../support/rig.ts";
import type { Runtime } from "../../support/runtimes.ts";
import { bytesOf } from "../../support/wire.ts";
import {
  atAnotherTime,
  behind,
  connectNode,
  greeting,
  handled,
  oldTls,
  overHttp10,
  page,
  type Served,
} from "./servers.ts";

export interface Surroundings {
  readonly emulator: RunningEmulator;
  /** Trusted by the runtimes. */
  readonly authority: Certificates;
  /** Trusted by nobody. */
  readonly stranger: Certificates;
}

type Told = readonly [name: string, message: RegExp];

export interface Case {
  /** What is there… */
  readonly serve?: (surroundings: Surroundings) => Served | Promise<Served>;
  /** …and how it is spoken to. */
  readonly scheme: "http" | "https";
  /** Instead of a server. */
  readonly endpoint?: string | (() => string);
  readonly args?: readonly string[];
  readonly env?: Record<string, string>;
  /** The SDK's error: its class, and what its message says. None: the call succeeds. */
  readonly error?: Told;
  /** The same where a runtime sees less: `fetch` of Node and Bun speaks HTTP/1.1 only. */
  readonly errorOfHttp1?: Told;
  /** The longest time for a step, in milliseconds. Default: out of reach, also of a machine that is busy. */
  readonly patience?: number;
  /** Where it is tried, if the runtime makes no difference. Default: everywhere. */
  readonly runtimes?: readonly Runtime[];
  readonly exit: number;
  /** What is not ok, in the order of the list. */
  readonly ill: string;
  /** What the verdict and its remedy say. */
  readonly verdict: RegExp;
}

const NOBODY: Told = [
  "ConnectionError",
  /^connection_error: No answer from https?:\/\/localhost:\d+: the connection could not be made or was lost\. Check address, network, TLS and protocol \(native gRPC needs grpcTransport\): `tsetsen doctor` tells which it is\.$/,
];
const NATIVE: Told = [
  "ServerError",
  /did not answer in gRPC-Web but with HTTP 415, content type none: it seems to speak native gRPC only\. Use grpcTransport of @tsetsen\/sdk\/grpc, or a gateway\.$/,
];
const notGrpcWeb = (what: string): Told => [
  "ServerError",
  new RegExp(`did not answer in gRPC-Web but with ${what}\\. Check that endpoint is a gRPC-Web`),
];
const UNANSWERED: Told = ["TimeoutError", /^timeout: GetUserBalance took longer than/];

const REST = "grpc-web grpc cors account latency clock";
const UNTRUSTED = `failed: tls; skipped: http ${REST}`;
const NO_HTTP = `failed: http; skipped: tls ${REST}`;
const NOT_WEB = "failed: grpc-web; skipped: tls grpc cors account latency";
const NATIVE_ONLY = /speaks native gRPC only, and accepts the key\. Use grpcTransport of @tsetsen/;

/** A server that redirects, by a header that `Response.redirect` would not write. */
function redirectsTo(name: string, location: string, verdict: RegExp): Record<string, Case> {
  return {
    [`a redirect to ${name}`]: {
      serve: () => handled(() => new Response(null, { status: 302, headers: { location } })),
      scheme: "http",
      error: ["ServerError", /answered with a redirect/],
      runtimes: ["deno"],
      exit: 12,
      ill: NOT_WEB,
      verdict,
    },
  };
}

export const CASES: Readonly<Record<string, Case>> = {
  "gRPC-Web": {
    serve: ({ emulator: { port } }) => ({ port, async [Symbol.asyncDispose]() {} }),
    scheme: "http",
    exit: 0,
    ill: "skipped: tls grpc",
    verdict: /^All is well: http:\/\/localhost:\d+ speaks gRPC-Web and accepts the key\. $/,
  },
  "gRPC-Web and native gRPC, over TLS": {
    serve: async ({ authority }) => connectNode(await authority.leaf("localhost"), true),
    scheme: "https",
    exit: 0,
    ill: "warning: cors",
    verdict: /^All is well, with 1 warning: https:/,
  },
  "native gRPC only, in plaintext": {
    serve: ({ emulator }) => serveGrpc(emulator),
    scheme: "http",
    error: NOBODY,
    exit: 12,
    ill: "failed: grpc-web; skipped: tls cors",
    verdict: NATIVE_ONLY,
  },
  "native gRPC only, over TLS": {
    serve: async ({ emulator, authority }) =>
      serveGrpc(emulator, { tls: await authority.leaf("localhost") }),
    scheme: "https",
    error: [
      "ServerError",
      /HTTP 200, content type application\/grpc\+proto: it seems to speak native/,
    ],
    errorOfHttp1: NOBODY,
    exit: 12,
    ill: "failed: grpc-web; skipped: cors",
    verdict: NATIVE_ONLY,
  },
  "native gRPC only, by connect-node": {
    serve: async ({ authority }) => connectNode(await authority.leaf("localhost"), false),
    scheme: "https",
    error: NATIVE,
    errorOfHttp1: NOBODY,
    exit: 12,
    ill: "failed: grpc-web; skipped: cors",
    verdict: NATIVE_ONLY,
  },
  "native gRPC only, and a key that is not accepted": {
    serve: ({ emulator }) => serveGrpc(emulator),
    scheme: "http",
    env: { TSETSEN_API_KEY: "tsetsen-prod-of-somebody-else" },
    error: NOBODY,
    runtimes: ["deno"],
    exit: 12,
    ill: "failed: grpc-web account; skipped: tls cors latency",
    verdict: /speaks native gRPC only\. \(Failed, too: account\.\) Use grpcTransport of @tsetsen/,
  },
  "native gRPC whose trailers are lost on the way": {
    serve: async ({ authority }) => {
      const headers = { "content-type": "application/grpc" };
      return handled(() => new Response(null, { headers }), await authority.leaf("localhost"));
    },
    scheme: "https",
    error: ["ServerError", /HTTP 200, content type application\/grpc: it seems to speak native/],
    exit: 12,
    ill: "failed: grpc-web; warning: grpc; skipped: cors account latency",
    verdict: /gRPC-Web is not spoken: HTTP 200, content type application\/grpc\./,
  },
  "a page": {
    serve: () => page(200),
    scheme: "http",
    error: notGrpcWeb("HTTP 200, content type text/html"),
    exit: 12,
    ill: NOT_WEB,
    verdict:
      /gRPC-Web is not spoken: HTTP 200, content type text\/html\. .*check host, port and path/,
  },
  "a page that is not found, and quotes the key": {
    serve: () => page(404, `text/${KEY}`),
    scheme: "http",
    error: notGrpcWeb("HTTP 404, content type .*"),
    runtimes: ["deno"],
    exit: 12,
    ill: NOT_WEB,
    verdict: /gRPC-Web is not spoken: HTTP 404, content type text\/\[redacted\]\./,
  },
  "a redirect": {
    serve: () => handled(() => Response.redirect("https://final.example:8443/tts?key=x", 308)),
    scheme: "http",
    error: ["ServerError", /answered with a redirect, .*: give the final address as endpoint\.$/],
    runtimes: ["deno"],
    exit: 12,
    ill: NOT_WEB,
    verdict:
      /HTTP 308.* Give the final address as endpoint: it points to https:\/\/final\.example:8443\.$/,
  },
  ...redirectsTo("an address that is none", "http://[", /otherwise check host, port and path\.$/),
  ...redirectsTo("another program", "app:open", /otherwise check host, port and path\.$/),
  ...redirectsTo(
    "another path",
    "/grpc?key=x",
    /it points to http:\/\/(?:127\.0\.0\.1|localhost):\d+\/grpc\.$/,
  ),
  "a gateway that lets nobody in without a key": {
    serve: ({ emulator }) =>
      behind(
        emulator,
        (answer, { method, headers }) =>
          method === "OPTIONS" || headers.has("x-api-key")
            ? answer
            : new Response("", { status: 403 }),
      ),
    scheme: "http",
    exit: 0,
    ill: "warning: grpc-web; skipped: tls grpc",
    verdict: /^All is well, with 1 warning/,
  },
  "a certificate for another name": {
    serve: async ({ emulator, authority }) =>
      handled(emulator.fetch, await authority.leaf("other.example")),
    scheme: "https",
    error: NOBODY,
    exit: 10,
    ill: UNTRUSTED,
    verdict:
      /: The certificate is for other\.example, not for localhost\. Give the name that it is for/,
  },
  "a certificate of an authority that is not trusted": {
    serve: async ({ emulator, stranger }) =>
      handled(emulator.fetch, await stranger.leaf("localhost")),
    scheme: "https",
    error: NOBODY,
    exit: 10,
    ill: UNTRUSTED,
    verdict:
      /: The certificate is from Test authority, which this runtime does not trust .* DENO_CERT/,
  },
  "a certificate that nobody vouches for": {
    serve: async ({ emulator, authority }) =>
      handled(emulator.fetch, await authority.selfSigned("localhost")),
    scheme: "https",
    error: NOBODY,
    exit: 10,
    ill: UNTRUSTED,
    verdict: /: The certificate is self-signed/,
  },
  "a certificate that has expired": {
    serve: async ({ emulator, authority }) =>
      handled(emulator.fetch, await authority.expired("localhost")),
    scheme: "https",
    error: NOBODY,
    exit: 10,
    ill: UNTRUSTED,
    verdict: /: The certificate expired on 2021-01-01\. Renew the certificate, or set the clock/,
  },
  "TLS that is too old": {
    serve: async ({ authority }) => oldTls(await authority.leaf("localhost")),
    scheme: "https",
    error: NOBODY,
    exit: 10,
    ill: UNTRUSTED,
    verdict:
      /: The server has only versions of TLS that are too old: it must have 1\.2 or newer\. Update/,
  },
  "plaintext where TLS is expected": {
    serve: ({ emulator }) => handled(emulator.fetch),
    scheme: "https",
    error: NOBODY,
    exit: 10,
    ill: UNTRUSTED,
    verdict:
      /: The server does not speak TLS but plaintext HTTP\/1\.[01]\. Give the port that has TLS/,
  },
  "plaintext gRPC where TLS is expected": {
    serve: ({ emulator }) => serveGrpc(emulator),
    scheme: "https",
    error: NOBODY,
    exit: 10,
    ill: UNTRUSTED,
    verdict: /: The server does not speak TLS but plaintext HTTP\/2\. Give the port that has TLS/,
  },
  "TLS where plaintext is expected": {
    serve: async ({ emulator, authority }) =>
      handled(emulator.fetch, await authority.leaf("localhost")),
    scheme: "http",
    error: NOBODY,
    exit: 10,
    ill: NO_HTTP,
    verdict: /: The server speaks TLS there, not plaintext http\. Give https:\/\/ as endpoint/,
  },
  "gRPC-Web over HTTP/1.0": {
    serve: ({ emulator }) => overHttp10(emulator),
    scheme: "http",
    exit: 0,
    ill: "skipped: tls grpc",
    verdict: /^All is well: http:\/\/localhost:\d+ speaks gRPC-Web and accepts the key\. $/,
  },
  "a page over HTTP/1.0": {
    serve: () =>
      rawServer(async ({ write, close }) => {
        await write(bytesOf("HTTP/1.0 200 OK\r\ncontent-type: text/html\r\n\r\n<h1>"));
        close();
      }),
    scheme: "http",
    error: notGrpcWeb("HTTP 200, content type text/html"),
    exit: 12,
    ill: "failed: grpc-web; skipped: tls grpc cors account latency clock",
    verdict: /gRPC-Web is not spoken: HTTP 200/,
  },
  "another protocol": {
    serve: () => greeting("SSH-2.0-OpenSSH_9.6\r\n"),
    scheme: "http",
    error: NOBODY,
    runtimes: ["deno"],
    exit: 10,
    ill: NO_HTTP,
    verdict:
      /: The server does not speak HTTP\. What came: "SSH-2\.0-OpenSSH_9\.6", which is no HTTP\./,
  },
  "a port where nobody listens": {
    endpoint: () => `http://localhost:${closedPort()}`,
    scheme: "http",
    error: NOBODY,
    exit: 10,
    ill: `failed: tcp; skipped: tls http ${REST}`,
    verdict: /: Nobody listens at port \d+ of .*127\.0\.0\.1.*\. Check the port/,
  },
  "a name that nobody has": {
    endpoint: "http://tsetsen.invalid:50051",
    args: ["--insecure"],
    scheme: "http",
    error: [
      "ConnectionError",
      /^connection_error: No answer from http:\/\/tsetsen\.invalid:50051: /,
    ],
    exit: 10,
    ill: `failed: dns; warning: endpoint; skipped: tcp tls http ${REST}`,
    verdict: /: There is no host named tsetsen\.invalid\. Check the spelling/,
  },
  "a server that accepts and never answers": {
    serve: () => greeting(""),
    scheme: "http",
    error: UNANSWERED,
    patience: 1_000,
    exit: 9,
    ill: NO_HTTP,
    verdict: /: The server accepts connections and does not answer within 1000 ms\. Check/,
  },
  "a server that accepts and never answers to TLS": {
    serve: () => greeting(""),
    scheme: "https",
    error: UNANSWERED,
    patience: 1_000,
    exit: 9,
    ill: UNTRUSTED,
    verdict: /: The server accepts connections and says nothing: no TLS within 1000 ms\. Check/,
  },
  "an address that is none": {
    endpoint: "ftp://localhost",
    scheme: "http",
    error: ["InvalidRequestError", /^invalid_request: .*endpoint must be host:port or an http/],
    runtimes: ["deno"],
    exit: 2,
    ill: `failed: endpoint; skipped: dns tcp tls http ${REST}`,
    verdict: /^What --endpoint gives is not an endpoint: .* Give host:port, or an https URL/,
  },
  "a key that is not accepted": {
    serve: ({ emulator }) => handled(emulator.fetch),
    scheme: "http",
    env: { TSETSEN_API_KEY: "tsetsen-prod-of-somebody-else" },
    error: ["AuthenticationError", /^authentication_failed: /],
    exit: 3,
    ill: "failed: account; skipped: tls grpc latency",
    verdict: /: The key is not accepted: .* Check that the key is whole, still valid/,
  },
  "a key that is none": {
    serve: ({ emulator }) => handled(emulator.fetch),
    scheme: "http",
    env: { TSETSEN_API_KEY: `${KEY} ` },
    error: ["AuthenticationError", /^authentication_failed: The API key must be a key like/],
    runtimes: ["deno"],
    exit: 3,
    ill: "failed: key; skipped: tls grpc account latency",
    verdict:
      /^What TSETSEN_API_KEY holds \(29 characters, with white space around them\) is not a key\./,
  },
  "no key": {
    serve: ({ emulator }) => handled(emulator.fetch),
    scheme: "http",
    env: { TSETSEN_API_KEY: "" },
    error: ["AuthenticationError", /^authentication_failed: No API key: set the environment/],
    runtimes: ["deno"],
    exit: 3,
    ill: "failed: key; skipped: tls grpc account latency",
    verdict:
      /^There is no API key\. Set the environment variable TSETSEN_API_KEY, or give --api-key-file\.$/,
  },
  "a clock that is an hour slow": {
    serve: ({ emulator }) => atAnotherTime(emulator, 3_600_000),
    scheme: "http",
    runtimes: ["deno"],
    exit: 0,
    ill: "warning: clock; skipped: tls grpc",
    verdict: /^All is well, with 1 warning/,
  },
  "no CORS": {
    serve: ({ emulator }) =>
      behind(emulator, (answer) => {
        for (const name of [...answer.headers.keys()]) {
          if (name.startsWith("access-control-")) answer.headers.delete(name);
        }
        return answer;
      }),
    scheme: "http",
    exit: 0,
    ill: "warning: cors; skipped: tls grpc",
    verdict: /^All is well, with 1 warning/,
  },
  "CORS for another site": {
    serve: ({ emulator }) =>
      behind(emulator, (answer) => {
        answer.headers.set("access-control-allow-origin", "https://my.site");
        return answer;
      }),
    scheme: "http",
    runtimes: ["deno"],
    exit: 0,
    ill: "warning: cors; skipped: tls grpc",
    verdict: /^All is well, with 1 warning/,
  },
  "CORS for that site, without what the client sends": {
    serve: ({ emulator }) =>
      behind(emulator, (answer) => {
        answer.headers.set("access-control-allow-origin", "https://my.site");
        answer.headers.set("access-control-allow-headers", "content-type, x-grpc-web");
        return answer;
      }),
    args: ["--origin", "https://my.site/page"],
    scheme: "http",
    runtimes: ["deno"],
    exit: 0,
    ill: "warning: cors; skipped: tls grpc",
    verdict: /^All is well, with 1 warning/,
  },
  "CORS for that site": {
    serve: ({ emulator }) =>
      behind(emulator, (answer) => {
        answer.headers.set("access-control-allow-origin", "https://my.site");
        return answer;
      }),
    args: ["--origin", "https://my.site/page"],
    scheme: "http",
    runtimes: ["deno"],
    exit: 0,
    ill: "skipped: tls grpc",
    verdict: /^All is well: /,
  },
  "a call that fails": {
    serve: ({ emulator }) =>
      behind(
        emulator,
        (answer, { headers }) =>
          headers.has("x-api-key") ? new Response("", { status: 503 }) : answer,
      ),
    scheme: "http",
    error: ["ServiceUnavailableError", /answered with HTTP 503\.$/],
    runtimes: ["deno"],
    exit: 11,
    ill: "failed: account; skipped: tls grpc latency",
    verdict: /: The call failed: .* answered with HTTP 503\./,
  },
};
