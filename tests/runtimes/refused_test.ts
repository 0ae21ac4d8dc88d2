// A connection that was never made proves that nothing was charged; each runtime says it in words of its own.

import { assertEquals } from "@std/assert";
import { closedPort, rawServer } from "../support/raw_server.ts";
import { bundle, RUNTIMES } from "../support/runtimes.ts";

for (const runtime of RUNTIMES) {
  Deno.test(`Client tries GenerateSpeech again when no connection came about, on ${runtime}`, async () => {
    await using programs = await bundle("refused");
    for (const host of [`127.0.0.1:${closedPort()}`, "tsetsen.invalid:50051"]) {
      const { stdout, stderr } = await programs.run(runtime, "refused", host);
      assertEquals(stderr, "");
      const expected = { code: "connection_error", charged: "no", retries: [1] };
      assertEquals({ host, ...JSON.parse(stdout) }, { host, ...expected });
    }
  });
}

for (const runtime of ["deno", "bun"] as const) {
  Deno.test(`Client tries GenerateSpeech again when the proxy of the environment makes no tunnel, on ${runtime}`, async () => {
    await using programs = await bundle("refused");
    await using proxy = rawServer(async ({ write, close }) => {
      await write(new TextEncoder().encode("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n"));
      close();
    });
    const host = "tsetsen.invalid:50051";
    // Deno asks for its own newest version otherwise.
    const env = {
      DENO_NO_UPDATE_CHECK: "1",
      HTTPS_PROXY: proxy.url,
      https_proxy: proxy.url,
      NO_PROXY: "",
      no_proxy: "",
    };
    const endpoint = `https://${host}`;
    const { stdout, stderr } = await programs.runIn(env, runtime, "refused", endpoint);
    assertEquals(stderr, "");
    assertEquals(JSON.parse(stdout), { code: "connection_error", charged: "no", retries: [1] });
    const asked = proxy.requests.map(({ head }) => head.split("\r\n")[0]);
    assertEquals(asked, [`CONNECT ${host} HTTP/1.1`, `CONNECT ${host} HTTP/1.1`]);
  });
}
