// Promise 5: one fault gives one class, code and message. The same table runs on the other runtimes.

import { assertEquals } from "@std/assert";
import { grpcTransport } from "../../src/grpc/mod.ts";
import {
  arrange,
  differences,
  type FaultHost,
  METHODS,
  rowsOf,
  tryFaults,
} from "../support/fault_table.ts";
import { FAULTS } from "../support/faults.ts";
import { closedPort } from "../support/raw_server.ts";
import { KEY, mode, setUp } from "../support/rig.ts";

Deno.test("Client makes of each fault the error that the table says, on Deno", async () => {
  await using rig = await setUp();
  arrange(rig.emulator);
  const host: FaultHost = {
    url: rig.endpoint,
    closedPort: closedPort(),
    ...(mode.speak === "grpc" && {
      transport: (endpoint) => grpcTransport({ endpoint, secure: false }),
    }),
  };
  const outcomes = await tryFaults(host, KEY);
  assertEquals(outcomes.length, rowsOf(host).length * METHODS.length);
  assertEquals(differences(outcomes, host), []);
  // A redirect would have taken the key along.
  assertEquals(rig.emulator.requests.filter(({ url }) => url.includes("/redirected/")), []);
});

Deno.test("differences reports an outcome that differs from the table", () => {
  const host = { url: "http://127.0.0.1:1", closedPort: 2 };
  assertEquals(differences([], host).length > FAULTS.length * METHODS.length, true);
});
