// What runs in a Worker and in a page, measured.

import { assertEquals, assertMatch } from "@std/assert";
import { isChromiumMissing, launch } from "../examples/chromium.ts";
import { startProgram } from "../examples/workerd.ts";
import { project, ROOT } from "../package/lab.ts";
import { PACKAGES } from "./support.ts";

const FORMATS = ["mp3", "flac", "aac", "wav"] as const;

/** Encodes a second in each format. `results` has the length of each file, or the error's code and message. */
const MEASURE = `
import { encode } from "@tsetsen/sdk/encode";
export async function measure() {
  const results = {};
  for (const format of ${JSON.stringify(FORMATS)}) {
    try {
      results[format] = (await encode(new Uint8Array(48_000), { format }).bytes()).length;
    } catch (error) {
      results[format] = error.code + ": " + error.charged + ": " + error.message;
    }
  }
  return results;
}
`;

async function lab() {
  const { imports } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  const versions = PACKAGES.map((name) => [name, imports[name].replace(/^npm:.*@/, "")]);
  return await project(Object.fromEntries(versions));
}

// miniflare's connections to workerd outlive a test, and so do those of playwright.
const options = { sanitizeOps: false, sanitizeResources: false };

Deno.test(
  "encode gives WAV on workerd, and refuses the others before anything is bought",
  options,
  async () => {
    await using project = await lab();
    const source = `${MEASURE}
    export default { async fetch() { return Response.json(await measure()); } };`;
    await using worker = await startProgram({ ...project } as never, source, {});
    const results = await (await fetch(await worker.url())).json();
    assertEquals(results.wav, 48_044);
    for (const format of ["mp3", "flac", "aac"]) {
      assertMatch(results[format], /^encoder_failed: no: /, format);
    }
  },
);

Deno.test({
  name: "encode gives MP3, FLAC, AAC and WAV in Chromium",
  ...options,
  ignore: isChromiumMissing(),
  async fn() {
    await using project = await lab();
    const entry = `${project.folder}/page.js`;
    await Deno.writeTextFile(
      entry,
      `${MEASURE}
globalThis.measure = measure;
globalThis.decoded = async () => {
  const pcm = Uint8Array.from({ length: 100_002 }, (_, i) => i % 2 ? (i >> 9) % 60 : 0);
  const mp3 = await encode(pcm, { format: "mp3" }).bytes();
  return (await new OfflineAudioContext(1, 1, 24_000).decodeAudioData(mp3.buffer)).length;
};`,
    );
    const esbuild = await import("esbuild");
    const { outputFiles: [script] } = await esbuild.build({
      entryPoints: [entry],
      bundle: true,
      format: "iife",
      platform: "browser",
      write: false,
      logLevel: "silent",
    });
    await esbuild.stop();
    await using server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen() {} },
      ({ url }) =>
        new URL(url).pathname === "/page.js"
          ? new Response(script!.contents as Uint8Array<ArrayBuffer>, {
            headers: { "content-type": "text/javascript; charset=utf-8" },
          })
          : new Response("<!doctype html><script src=page.js></script>", {
            headers: { "content-type": "text/html" },
          }),
    );
    const browser = await launch();
    try {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${server.addr.port}/`);
      const results = await page.evaluate<Record<string, unknown>>("measure()");
      assertEquals(results, { mp3: 8_640, flac: 110, aac: 292, wav: 48_044 });
      // The delay and the padding are left out.
      assertEquals(await page.evaluate("decoded()"), 50_001);
    } finally {
      await browser.close();
    }
  },
});
