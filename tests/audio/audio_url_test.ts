// Where audio may be fetched from depends on where the service is.

import { assert, assertEquals } from "@std/assert";
import { Client, InvalidRequestError } from "../../mod.ts";
import { checkAudioUrl, checkRedirect, zoneOf } from "../../src/audio/download/audio_url.ts";
import { grpcTransport } from "../../src/grpc/mod.ts";
import { cannedClient, cannedFetch } from "../support/canned_fetch.ts";
import { rawServer } from "../support/raw_server.ts";
import { clientOf, failure, KEY } from "../support/rig.ts";
import { bytesOf } from "../support/wire.ts";

const PRODUCTION = "https://api.tsetsen.ai:50051";
const LOCAL = "http://127.0.0.1:50051";
const COMPOSE = "http://emulator:50051";
const OFFICE = "https://10.1.2.3";

/** Addresses, and the services that may name them. */
const TABLE: readonly (readonly [url: string, ...services: readonly (string | undefined)[]])[] = [
  ["https://storage.example/a.wav", PRODUCTION, LOCAL, COMPOSE, OFFICE, undefined],
  ["https://93.184.216.34/a.wav", PRODUCTION, LOCAL, COMPOSE, OFFICE, undefined],
  ["https://[2606:2800:220:1::1]/a.wav", PRODUCTION, LOCAL, COMPOSE, OFFICE, undefined],
  ["https://api.tsetsen.ai/a.wav", PRODUCTION, LOCAL, COMPOSE, OFFICE, undefined],
  ["http://api.tsetsen.ai/a.wav"],
  ["http://storage.example/a.wav"],
  // This machine, in all spellings.
  ["http://127.0.0.1:9000/a.wav", LOCAL, undefined],
  ["http://127.1/a.wav", LOCAL, undefined],
  ["http://2130706433/a.wav", LOCAL, undefined],
  ["http://0x7f.0.0.1/a.wav", LOCAL, undefined],
  ["http://localhost/a.wav", LOCAL, undefined],
  ["http://LOCALHOST./a.wav", LOCAL, undefined],
  ["http://audio.localhost/a.wav", LOCAL, undefined],
  ["http://[::1]/a.wav", LOCAL, undefined],
  ["http://[::ffff:127.0.0.1]/a.wav", LOCAL, undefined],
  ["https://127.0.0.1/a.wav", LOCAL, undefined],
  // Private networks, link-local addresses and the metadata of clouds.
  ["https://10.1.2.4/a.wav", LOCAL, COMPOSE, OFFICE],
  ["https://172.31.0.1/a.wav", LOCAL, COMPOSE, OFFICE],
  ["https://192.168.1.1/a.wav", LOCAL, COMPOSE, OFFICE],
  ["https://100.100.100.200/a.wav", LOCAL, COMPOSE, OFFICE],
  ["https://[fd00:ec2::254]/a.wav", LOCAL, COMPOSE, OFFICE],
  ["https://[fe80::1]/a.wav", LOCAL, COMPOSE, OFFICE],
  ["https://[64:ff9b::a9fe:a9fe]/a.wav", LOCAL, COMPOSE, OFFICE],
  ["https://metadata.google.internal/a.wav", LOCAL, COMPOSE, OFFICE],
  ["https://printer.local/a.wav", LOCAL, COMPOSE, OFFICE],
  ["https://kubernetes/a.wav", LOCAL, COMPOSE, OFFICE],
  ["http://169.254.169.254/latest/meta-data"],
  ["http://metadata.google.internal/a.wav"],
  ["http://10.1.2.3/a.wav"],
  ["http://192.168.1.1/a.wav"],
  ["http://0.0.0.0/a.wav"],
  ["http://[::]/a.wav"],
  // The service's own host, in the way that it is spoken to.
  ["http://emulator:50051/audio/a.wav", COMPOSE],
  ["http://emulator:9000/a.wav", COMPOSE],
  ["https://emulator/a.wav", LOCAL, COMPOSE, OFFICE],
  ["https://10.1.2.3/a.wav", LOCAL, COMPOSE, OFFICE],
  // What only looks like one of these.
  ["http://127.0.0.1.example.com/a.wav"],
  ["http://localhost.example.com/a.wav"],
  ["https://user@storage.example/a.wav"],
  ["http://user:password@127.0.0.1/a.wav"],
  ["ftp://storage.example/a.wav"],
  ["file:///etc/passwd"],
  ["data:audio/wav;base64,AAAA"],
];

function isAllowed(url: string, service: string | undefined): boolean {
  try {
    return checkAudioUrl(url, service, "job-1") !== undefined;
  } catch (error) {
    if (!(error instanceof InvalidRequestError)) throw error;
    assertEquals([error.charged, error.requestId], ["yes", "job-1"]);
    assert(!/meta-data|password/.test(error.message), error.message);
    return false;
  }
}

Deno.test("checkAudioUrl allows each address for the services that may name it, and for no other", () => {
  for (const [url, ...services] of TABLE) {
    for (const service of [PRODUCTION, LOCAL, COMPOSE, OFFICE, undefined]) {
      assertEquals(isAllowed(url, service), services.includes(service), `${url} of ${service}`);
    }
  }
});

Deno.test("checkRedirect lets no redirect lead from a public host inside", () => {
  const rows: [string, string, string, boolean][] = [
    ["https://a.example/", "https://b.example/", PRODUCTION, true],
    ["https://a.example/", "http://127.0.0.1/", PRODUCTION, false],
    ["https://a.example/", "http://127.0.0.1/", LOCAL, false],
    ["https://a.example/", "https://10.0.0.1/", OFFICE, false],
    ["http://127.0.0.1/a", "http://127.0.0.1:9/b", LOCAL, true],
    ["http://127.0.0.1/a", "https://b.example/", LOCAL, true],
    ["https://10.1.2.3/a", "https://10.1.2.4/a", OFFICE, true],
  ];
  for (const [from, to, service, allowed] of rows) {
    let error: unknown;
    try {
      checkRedirect(new URL(from), new URL(to), service);
    } catch (thrown) {
      error = thrown;
    }
    assertEquals(error === undefined, allowed, `${from} to ${to}`);
  }
});

Deno.test("zoneOf knows the borders of the special networks", () => {
  const zones: Record<string, string> = {
    "9.255.255.255": "public",
    "11.0.0.0": "public",
    "100.63.255.255": "public",
    "100.128.0.0": "public",
    "126.255.255.255": "public",
    "127.255.255.255": "machine",
    "128.0.0.0": "public",
    "169.253.255.255": "public",
    "172.15.255.255": "public",
    "172.32.0.0": "public",
    "192.167.255.255": "public",
    "192.169.0.0": "public",
    "223.255.255.255": "public",
    "224.0.0.0": "private",
    "255.255.255.255": "private",
    "[2001:db8::1]": "private",
    "[2002:7f00:1::]": "private",
    "[::7f00:1]": "machine",
    "[ff02::1]": "private",
  };
  for (const [host, zone] of Object.entries(zones)) assertEquals(zoneOf(host), zone, host);
});

Deno.test("Client.downloadAudio sends nothing to this machine for a service that is elsewhere", async () => {
  await using server = rawServer(({ write }) =>
    write(bytesOf("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nID3"))
  );
  const source = { audioUrl: `${server.url}/a`, requestId: "job-1" };
  const production = cannedClient(cannedFetch(() => new Response("no")), { fetch: undefined });
  const refused = await failure(
    InvalidRequestError,
    Promise.resolve().then(() => production.downloadAudio(source).bytes()),
  );
  assertEquals([refused.charged, refused.requestId, server.requests.length], ["yes", "job-1", 0]);
  production.close();
  // A service on this machine may.
  using local = clientOf("localhost:1");
  assertEquals(await local.downloadAudio(source).bytes(), bytesOf("ID3"));
});

Deno.test("Client.downloadAudio knows where a native transport leads", async () => {
  const source = { audioUrl: "http://127.0.0.1:1/a", requestId: "job-1" };
  const at = (endpoint: string) =>
    new Client({ apiKey: KEY, transport: grpcTransport({ endpoint, secure: false }) });
  using production = at("tts.example:50051");
  const work = Promise.resolve().then(() => production.downloadAudio(source));
  await failure(InvalidRequestError, work);
  using local = at("127.0.0.1:50051");
  await local.downloadAudio(source).cancel();
});
