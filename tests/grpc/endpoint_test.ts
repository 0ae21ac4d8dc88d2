// Which endpoint a client with a transport of its own uses: that of the transport, whatever the environment says.
// Runs alone: it changes the environment of the process.

import { assertEquals, assertThrows } from "@std/assert";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { Client, InvalidRequestError } from "../../mod.ts";
import { connectTransport } from "../../src/connect/mod.ts";
import { startEmulator } from "../../src/emulator/mod.ts";
import { serveGrpc } from "../../src/emulator/native.ts";
import { grpcTransport } from "../../src/grpc/mod.ts";
import { Client as LeanClient, leanTransport } from "../../src/lean/mod.ts";
import { KEY } from "../support/rig.ts";

const NAME = "TSETSEN_API_ENDPOINT";

Deno.test("Client with a transport does not read TSETSEN_API_ENDPOINT, which may be malformed", async () => {
  await using emulator = await startEmulator();
  await using native = await serveGrpc(emulator);
  const before = Deno.env.get(NAME);
  try {
    for (const value of ["https://user@host", "http://tts.example", "  ", "host:port:more"]) {
      Deno.env.set(NAME, value);
      const { url: endpoint } = emulator;
      const apiKey = KEY;
      const made = [
        () => new Client({ apiKey, transport: connectTransport({ endpoint }) }),
        () => new Client({ apiKey, transport: createGrpcWebTransport({ baseUrl: endpoint }) }),
        () => new Client({ apiKey, transport: grpcTransport({ endpoint: native.url }) }),
        () => new LeanClient({ apiKey, transport: leanTransport({ endpoint }) }),
      ];
      for (const make of made) {
        using client = make();
        assertEquals((await client.getUserBalance()).credits, 100_000);
      }
      // Where no endpoint is given the variable is read, and refused.
      assertThrows(() => grpcTransport(), InvalidRequestError);
    }
  } finally {
    if (before === undefined) Deno.env.delete(NAME);
    else Deno.env.set(NAME, before);
  }
});

Deno.test("grpcTransport takes plaintext to this machine without secure: false, and to no other", async () => {
  await using emulator = await startEmulator();
  await using native = await serveGrpc(emulator);
  for (const host of ["127.0.0.1", "localhost"]) {
    const transport = grpcTransport({ endpoint: `http://${host}:${native.port}` });
    using client = new Client({ apiKey: KEY, transport });
    assertEquals((await client.getUserBalance()).credits, 100_000);
  }
  for (
    const endpoint of ["http://tts.example:50051", "http://10.0.0.1", "http://127.0.0.1.example"]
  ) {
    assertThrows(() => grpcTransport({ endpoint }), InvalidRequestError, "secure: false");
  }
});
