// Programs that play and encode, built for pages and run in Chromium.

import { extname } from "node:path";
import { type Browser, launch } from "../../examples/chromium.ts";
import { make, type Recipe, type Setting } from "./bundlers.ts";

/** Plays a tenth of a second, makes an MP3 of it, and decodes that. */
const MAIN = `import { encode } from "@tsetsen/sdk/encode";
import { play } from "@tsetsen/sdk/player";
globalThis.answer = async () => {
  const pcm = new Uint8Array(4_800);
  const playback = play(pcm);
  await playback.ended;
  const mp3 = await encode(pcm, { format: "mp3" }).bytes();
  const decoded = await new OfflineAudioContext(1, 1, 24_000).decodeAudioData(mp3.buffer);
  return playback.position + " samples played, " + decoded.length + " decoded";
};
`;
const ANSWER = "2400 samples played, 2400 decoded";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".wasm": "application/wasm",
};

/** A browser that runs built programs. */
export class Pages implements AsyncDisposable {
  readonly #browser: Browser;

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  /** Starts the browser. Its pages may sound without a click. */
  static async open(): Promise<Pages> {
    return new Pages(await launch(["--autoplay-policy=no-user-gesture-required"]));
  }

  /**
   * Builds the program, and runs it in a page.
   *
   * @returns The file that the page loads first.
   * @throws {Error} when it does not play and encode.
   */
  async run(recipe: Recipe, setting: Setting): Promise<readonly string[]> {
    const file = await make(recipe, MAIN, setting);
    const dist = `${setting.app}/dist`;
    await Deno.writeTextFile(
      `${dist}/index.html`,
      '<!doctype html><script type="module" src="main.js"></script>',
    );
    await using server = serve(dist);
    const page = await this.#browser.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    try {
      await page.goto(`http://127.0.0.1:${server.addr.port}/index.html`);
      const answer = await page.evaluate<string>("globalThis.answer()");
      if (answer !== ANSWER) throw new Error(`the page answered ${answer}`);
    } catch (error) {
      throw new Error([error, ...errors].join("\n"), { cause: error });
    } finally {
      await page.close();
    }
    return [file];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
  }
}

/** Serves a folder on loopback. */
function serve(folder: string): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    const { pathname } = new URL(request.url);
    try {
      const content = await Deno.readFile(folder + pathname);
      const type = TYPES[extname(pathname)] ?? "application/octet-stream";
      return new Response(content, { headers: { "content-type": type } });
    } catch {
      return new Response(null, { status: 404 });
    }
  });
}
