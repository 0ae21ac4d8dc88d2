import { assertEquals, assertThrows } from "@std/assert";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { Client, leanTransport } from "../../src/lean/mod.ts";
import { KEY, setUp } from "../support/rig.ts";

Deno.test("Client of lean refuses a transport of Connect before anything is sent, and says which client takes it", async () => {
  await using rig = await setUp();
  const transport = createGrpcWebTransport({ baseUrl: rig.emulator.url });
  assertThrows(
    () => new Client({ apiKey: KEY, transport: transport as never }),
    TypeError,
    "@tsetsen/sdk",
  );
  assertEquals(rig.emulator.requests.length, 0);
  using client = new Client({
    apiKey: KEY,
    transport: leanTransport({ endpoint: rig.emulator.url }),
  });
  assertEquals((await client.getUserBalance()).credits, 100_000);
});
