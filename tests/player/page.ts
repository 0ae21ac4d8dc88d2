// A page in Chromium and in Firefox with the player, and a tap on what it plays.

import { AssertionError } from "@std/assert";
import { isChromiumMissing, launch } from "../examples/chromium.ts";
import { isFirefoxMissing, launchFirefox, type TestBrowser, type TestPage } from "./firefox.ts";

const TAP = `registerProcessor("tap", class extends AudioWorkletProcessor {
  process([[input]], [[output]]) {
    if (input) output.set(input);
    this.port.postMessage((input ?? new Float32Array(128)).slice());
    return true;
  }
});`;

const PROGRAM = `
import { play } from "@tsetsen/sdk/player";
import { Client, isSafeToRetry } from "@tsetsen/sdk/lean";

/** A context with a tap. \`heard()\` gives what it has heard from the first sample on that is not silence. */
async function tap(sampleRate) {
  const context = new AudioContext({ sampleRate });
  await context.audioWorklet.addModule("/tap.js");
  const node = new AudioWorkletNode(context, "tap", { outputChannelCount: [1] });
  node.connect(context.destination);
  const blocks = [];
  node.port.onmessage = ({ data }) => blocks.push(data);
  const all = () => {
    const samples = new Float32Array(128 * blocks.length);
    blocks.forEach((block, i) => samples.set(block, 128 * i));
    return samples;
  };
  return { context, node, all, heard: async () => {
    // The last blocks are still on their way from the audio thread.
    const end = context.currentTime * sampleRate + 1_024;
    while (128 * blocks.length < end) await new Promise((resolve) => setTimeout(resolve, 5));
    const samples = all();
    return samples.subarray(samples.findIndex((sample) => sample !== 0));
  } };
}
Object.assign(globalThis, { play, Client, isSafeToRetry, tap });
// What playwright runs in a page counts as a gesture of the visitor: this does not.
if (location.search === "?early") {
  globalThis.playback = play(new Uint8Array(48_000).fill(1));
  addEventListener("keydown", () => playback.resume());
}
`;

/** Headless, Chromium lets every page sound. */
const GESTURE = "--autoplay-policy=document-user-activation-required";

/** A browser that the tests run in. Firefox wants a gesture by its preferences. */
interface Host {
  readonly name: string;
  readonly isMissing: () => boolean;
  readonly launch: () => Promise<TestBrowser>;
}

const HOSTS: readonly Host[] = [
  { name: "Chromium", isMissing: isChromiumMissing, launch: () => launch([GESTURE]) },
  // With PulseAudio, because a context of Firefox runs on a loudspeaker only.
  { name: "Firefox", isMissing: isFirefoxMissing, launch: launchFirefox },
];

const browsers = new Map<string, Promise<TestBrowser>>();
let script: Promise<Uint8Array<ArrayBuffer>> | undefined;
Deno.test.afterAll(async () => {
  for (const browser of browsers.values()) await (await browser).close();
});

/** One browser of each kind for all tests. */
function browserOf({ name, launch }: Host): Promise<TestBrowser> {
  const browser = browsers.get(name) ?? launch();
  browsers.set(name, browser);
  return browser;
}

async function bundled(): Promise<Uint8Array<ArrayBuffer>> {
  const entry = await Deno.makeTempFile({ suffix: ".js" });
  const esbuild = await import("esbuild");
  const { fileURLToPath } = await import("node:url");
  try {
    await Deno.writeTextFile(entry, PROGRAM);
    const { outputFiles: [output] } = await esbuild.build({
      entryPoints: [entry],
      bundle: true,
      format: "iife",
      platform: "browser",
      write: false,
      logLevel: "silent",
      plugins: [{
        name: "deno-imports",
        setup(build) {
          build.onResolve({ filter: /^@/ }, ({ path }) => ({
            path: fileURLToPath(import.meta.resolve(path)),
          }));
        },
      }],
    });
    return output!.contents as Uint8Array<ArrayBuffer>;
  } finally {
    await esbuild.stop();
    await Deno.remove(entry);
  }
}

/** Sound is played in real time: a busy machine may be too late for it, but not each time. */
const TRIES = 3;

/**
 * Runs a test in each browser, in a page of its own. Nothing has been pressed in it. A test that fails is run again, in another
 * page: what is wrong with the player fails each time.
 */
export function test(name: string, run: (page: TestPage) => Promise<void>, search = ""): void {
  for (const host of HOSTS) testIn(host, name, run, search);
}

function testIn(
  host: Host,
  name: string,
  run: (page: TestPage) => Promise<void>,
  search: string,
): void {
  const ignore = host.isMissing();
  Deno.test({
    name: `${name}, in ${host.name}${ignore ? " (ignored: not installed)" : ""}`,
    ignore,
    // One browser for all, which outlives each test, with its pipes, sockets and timers.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const files: Record<string, readonly [type: string, body: BodyInit]> = {
        "/": ["text/html", "<!doctype html><title>Player</title><script src=page.js></script>"],
        "/page.js": ["text/javascript", await (script ??= bundled())],
        "/tap.js": ["text/javascript", TAP],
      };
      await using server = Deno.serve(
        { port: 0, hostname: "127.0.0.1", onListen() {} },
        ({ url }) => {
          const [type, body] = files[new URL(url).pathname] ?? [];
          if (type === undefined) return new Response(null, { status: 404 });
          return new Response(body, { headers: { "content-type": `${type}; charset=utf-8` } });
        },
      );
      const inNewPage = async () => {
        const page = await (await browserOf(host)).newPage();
        const failures: unknown[] = [];
        page.on("pageerror", (error) => failures.push(error));
        try {
          await page.goto(`http://127.0.0.1:${server.addr.port}/${search}`);
          await run(page);
          if (failures.length > 0) throw failures[0];
        } finally {
          await page.close();
        }
      };
      for (let tries = 1; tries < TRIES; tries++) {
        try {
          return await inNewPage();
        } catch (error) {
          if (!(error instanceof AssertionError)) throw error;
        }
      }
      await inNewPage();
    },
  });
}

/** Runs statements in a page, inside an async function. @returns What they return. */
export async function inPage<T>(page: TestPage, statements: string): Promise<T> {
  return await page.evaluate<T>(`(async () => { ${statements} })()`);
}

/** The same after a key press: the page may sound. */
export async function inUnlockedPage<T>(page: TestPage, statements: string): Promise<T> {
  await page.keyboard.press("a");
  return await inPage(page, statements);
}
