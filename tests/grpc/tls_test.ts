// TLS on each runtime: who is not trusted is sent nothing, and the error proves that nothing was charged.

import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { assertEquals, assertMatch } from "@std/assert";
import { startEmulator } from "../../src/emulator/mod.ts";
import { serveGrpc } from "../../src/emulator/native.ts";
import type { GrpcTransportOptions } from "../../src/grpc/mod.ts";
import { type Certificates, makeAuthority } from "../support/certificates.ts";
import type { Ended } from "../runtimes/programs/grpc.ts";
import { bundle, type Programs, type Runtime, RUNTIMES } from "../support/runtimes.ts";

async function run(programs: Programs, runtime: Runtime, transport: GrpcTransportOptions) {
  const calls = { transport, methods: ["GetUserBalance", "GenerateSpeech", "StreamSpeech"] };
  const { stdout, stderr } = await programs.run(runtime, "grpc", JSON.stringify(calls));
  assertEquals(stderr, "");
  return JSON.parse(stdout) as Ended[];
}

/** Each call failed as one that was never sent. */
function assertNeverSent(ended: readonly Ended[], origin: string): void {
  const failure = {
    name: "ConnectionError",
    message:
      `No answer from ${origin}: the connection could not be made or was lost. Check address, network, TLS and protocol ` +
      "(gRPC-Web needs no grpcTransport): `tsetsen doctor` tells which it is.",
  };
  assertEquals(ended.map(({ cause: _, ...end }) => end), [
    { method: "GetUserBalance", ...failure },
    { method: "GenerateSpeech", ...failure, charged: "no" },
    { method: "StreamSpeech", ...failure, charged: "no" },
  ]);
}

let authority: Promise<Certificates> | undefined;

for (const runtime of RUNTIMES) {
  Deno.test(`grpcTransport trusts the given authority, its names, and nobody else, on ${runtime}`, async () => {
    const { ca, leaf } = await (authority ??= makeAuthority());
    await using programs = await bundle("grpc");
    await using emulator = await startEmulator();
    await using good = await serveGrpc(emulator, { tls: await leaf("127.0.0.1") });
    await using other = await serveGrpc(emulator, { tls: await leaf("other.example") });
    const ended = await run(programs, runtime, { endpoint: good.url, ca });
    // The emulator has no such voice: it was asked.
    assertEquals(ended.map(({ name }) => name), [
      undefined,
      "ResourceNotFoundError",
      "ResourceNotFoundError",
    ]);
    const asked = emulator.requests.length;
    assertEquals(asked, 3);
    const unknown = await run(programs, runtime, { endpoint: good.url });
    assertNeverSent(unknown, good.url);
    const wrongName = await run(programs, runtime, { endpoint: other.url, ca });
    assertNeverSent(wrongName, other.url);
    for (const { cause } of [...unknown, ...wrongName]) {
      assertMatch(`${cause}`, /certificate|altname|cert/i);
    }
    assertEquals(emulator.requests.length, asked);
  });

  Deno.test(`grpcTransport sends nothing to a TLS server that does not speak HTTP/2, on ${runtime}`, async () => {
    const { ca, leaf } = await (authority ??= makeAuthority());
    await using programs = await bundle("grpc");
    let requests = 0;
    const server = createServer(await leaf("127.0.0.1"), (_, response) => {
      requests++;
      response.end();
    });
    server.on("tlsClientError", () => {});
    server.on("clientError", () => {});
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
      assertNeverSent(await run(programs, runtime, { endpoint: url, ca }), url);
      assertEquals(requests, 0);
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });
}
