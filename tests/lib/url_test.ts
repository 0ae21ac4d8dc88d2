import { assertEquals } from "@std/assert";
import { isLoopbackHost } from "../../src/lib/url.ts";

Deno.test("isLoopbackHost knows this machine by the host of a URL, and nothing that only looks like it", () => {
  const hosts: Record<string, boolean> = {
    "http://127.0.0.1": true,
    "http://127.1:50051": true,
    "http://127.255.255.254": true,
    "http://2130706433": true,
    "http://LOCALHOST:50051": true,
    "http://localhost.": true,
    "http://tts.localhost": true,
    "http://a.b.localhost": true,
    "http://[::1]:50051": true,
    "http://[0:0:0:0:0:0:0:1]": true,
    "http://126.0.0.1": false,
    "http://128.0.0.1": false,
    "http://0.0.0.0": false,
    "http://[::]": false,
    "http://[::2]": false,
    "http://10.0.0.1": false,
    "http://127.0.0.1.example": false,
    "http://127.0.0.1.nip.io": false,
    "http://localhost.example": false,
    "http://notlocalhost": false,
    "http://localhostess": false,
    "http://localhost-x": false,
    "http://127.0.0.1@example": false,
    "http://emulator": false,
  };
  for (const [url, expected] of Object.entries(hosts)) {
    assertEquals(isLoopbackHost(new URL(url).hostname), expected, url);
  }
});
