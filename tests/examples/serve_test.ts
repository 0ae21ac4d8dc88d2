import { assertEquals } from "@std/assert";
import { startEmulator } from "@tsetsen/sdk/emulator";
import { servePage } from "../../examples/browser/serve.ts";

const CALL = "POST /tts/tsetsen.api.v1.TsetsenTTS/ListVoices HTTP/1.1\r\n" +
  "content-type: application/grpc-web+proto\r\ncontent-length: 16";
// ListVoicesRequest { version: "beta-v0.2" }
const BODY = "\0\0\0\0\x0b\x12\x09beta-v0.2";

/** The status of the answer to a request under a name that leads to the server. */
async function under(host: string, port: number, lines: string, body = ""): Promise<number> {
  using connection = await Deno.connect({ port, hostname: "127.0.0.1" });
  const request = `${lines}\r\nhost: ${host}\r\nconnection: close\r\n\r\n${body}`;
  await connection.write(new TextEncoder().encode(request));
  const answer = await new Response(connection.readable).text();
  return Number(/^HTTP\/1.1 (\d+)/.exec(answer)?.[1]);
}

// The process of esbuild ends a little after stop().
const ESBUILD = { sanitizeOps: false, sanitizeResources: false };

Deno.test(
  "examples/browser serves nothing under a name that DNS leads to it",
  ESBUILD,
  async () => {
    await using emulator = await startEmulator();
    const { apiKey, url: endpoint } = emulator;
    await using server = await servePage({ apiKey, endpoint, secure: false });
    const { port } = server.addr;
    for (const host of ["evil.example", `evil.example:${port}`, "127.0.0.1.evil.example"]) {
      assertEquals(await under(host, port, "GET / HTTP/1.1"), 421, host);
      const lines = `${CALL}\r\norigin: http://${host}`;
      assertEquals(await under(host, port, lines, BODY), 421, host);
    }
    assertEquals(emulator.requests, []);
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`]) {
      assertEquals(await under(host, port, "GET / HTTP/1.1"), 200, host);
      const lines = `${CALL}\r\norigin: http://${host}`;
      assertEquals(await under(host, port, lines, BODY), 200, host);
    }
    assertEquals(emulator.requests.length, 2);
  },
);
