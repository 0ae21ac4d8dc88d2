// Chromium and Firefox: a page gets each file over HTTP as the SDK streams it, without a length, and hands in what came of it.

import { openPage } from "../hosts/chromium.ts";
import { start } from "../hosts/process.ts";
import { WEBVTT } from "./captions.ts";
import type { CaptionRow } from "./captions.ts";
import type { Kind } from "./kinds.ts";
import { DEBIAN, versionOf } from "./tools.ts";

/** What a browser made of a file. */
export interface BrowserReading {
  /** Samples that `decodeAudioData` gave, and whether they are those of the file. */
  readonly decoded: { readonly samples: number; readonly same: boolean } | {
    readonly error: string;
  };
  /** What an `audio` element showed, and whether it played to its end. */
  readonly element: { readonly duration: number | null; readonly ended: number } | {
    readonly error: string;
  };
}

export interface BrowserRun {
  readonly name: string;
  readonly version: string;
  readonly readings: readonly BrowserReading[];
  readonly captions: CaptionRow;
}

/** Runs those that are on this machine. */
export async function runBrowsers(kinds: readonly Kind[]): Promise<BrowserRun[]> {
  const runs: BrowserRun[] = [];
  for (
    const [name, program, open] of [
      [
        "Chromium",
        "chromium",
        (url: string, results: Promise<string>) =>
          openPage(url, results, ["--autoplay-policy=no-user-gesture-required"]),
      ],
      ["Firefox", "firefox-esr", openFirefox],
    ] as const
  ) {
    const version = await versionOf(DEBIAN[program]!);
    if (version === undefined) continue;
    await using site = serve(kinds);
    const { readings, cues } = JSON.parse(await open(site.url, site.results));
    const captions = {
      parser: `${name} (track)`,
      version,
      format: "WebVTT",
      parsed: cues,
    } as const;
    runs.push({ name, version, readings, captions });
  }
  return runs;
}

async function openFirefox(url: string, results: Promise<string>): Promise<string> {
  const profile = await Deno.makeTempDir({ prefix: "tsetsen-firefox-" });
  await Deno.writeTextFile(`${profile}/user.js`, 'user_pref("media.autoplay.default", 0);\n');
  const child = start("firefox-esr", ["--headless", "--no-remote", "--profile", profile, url]);
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error("Firefox did not hand in its results")), 300_000);
    });
    return await Promise.race([results, late]);
  } finally {
    clearTimeout(timer);
    await child[Symbol.asyncDispose]();
    await Deno.remove(profile, { recursive: true }).catch(() => {});
  }
}

interface Site extends AsyncDisposable {
  readonly url: string;
  readonly results: Promise<string>;
}

function serve(kinds: readonly Kind[]): Site {
  const { promise: results, resolve } = Promise.withResolvers<string>();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const [, what = "", index = ""] = new URL(request.url).pathname.split("/");
      if (what === "results") {
        resolve(await request.text());
        return new Response();
      }
      const kind = kinds[Number(index)];
      if (what === "pcm" && kind) return new Response(kind.pcm.slice());
      if (what === "wav" && kind) {
        return new Response(streamed(kind.bytes), {
          headers: { "content-type": "audio/wav" },
        });
      }
      if (what === "captions.vtt") {
        return new Response(WEBVTT, {
          headers: { "content-type": "text/vtt" },
        });
      }
      const page =
        `<!doctype html><meta charset="utf-8"><script type="module">(${inPage})(${kinds.length})</script>`;
      return new Response(page, { headers: { "content-type": "text/html" } });
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    results,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** In pieces, so that it has no length. */
function streamed(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (let at = 0; at < bytes.length; at += 4_800) {
        controller.enqueue(bytes.slice(at, at + 4_800));
      }
      controller.close();
    },
  });
}

/** Runs in the page: its source is sent there. */
async function inPage(count: number): Promise<void> {
  // deno-lint-ignore no-explicit-any
  const { document, OfflineAudioContext } = globalThis as any;
  const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  async function decode(index: number) {
    const file = await (await fetch(`wav/${index}`)).arrayBuffer();
    const pcm = new Int16Array(await (await fetch(`pcm/${index}`)).arrayBuffer());
    try {
      const context = new OfflineAudioContext(1, 1, 24_000);
      const samples = (await context.decodeAudioData(file)).getChannelData(0);
      // How browsers scale is not the question here.
      const same = pcm.every((value, at) => Math.abs(samples[at] * 32_768 - value) <= 1);
      return { samples: samples.length, same };
    } catch (error) {
      return { error: `${error}` };
    }
  }

  async function play(index: number) {
    const element = document.createElement("audio");
    element.muted = true;
    document.body.append(element);
    element.src = `wav/${index}`;
    let duration: number | null = null;
    const told = () => duration = Number.isFinite(element.duration) ? element.duration : null;
    element.addEventListener("loadedmetadata", told, { once: true });
    const ended = new Promise((resolve) =>
      element.addEventListener("ended", () => resolve(undefined))
    );
    try {
      await Promise.race([element.play(), sleep(5_000)]);
      await Promise.race([ended, sleep(5_000)]);
      return { duration, ended: element.ended ? element.currentTime : -1 };
    } catch (error) {
      return { error: `${error}` };
    } finally {
      element.remove();
    }
  }

  async function track() {
    const video = document.createElement("video");
    const element = document.createElement("track");
    element.src = "captions.vtt";
    element.kind = "captions";
    video.append(element);
    document.body.append(video);
    element.track.mode = "hidden";
    for (let tries = 0; tries < 100 && element.readyState < 2; tries++) await sleep(50);
    // deno-lint-ignore no-explicit-any
    return [...element.track.cues].map((cue: any) => [
      Math.round(cue.startTime * 1_000),
      Math.round(cue.endTime * 1_000),
      cue.getCueAsHTML().textContent,
    ]);
  }

  const readings = [];
  for (let index = 0; index < count; index++) {
    readings.push({ decoded: await decode(index), element: await play(index) });
  }
  await fetch("results", {
    method: "POST",
    body: JSON.stringify({ readings, cues: await track() }),
  });
}
