// A page in the real Chromium, with an empty profile.

import { start } from "./process.ts";
import { findChromium } from "./tools.ts";

/** Opens a page, and closes it when it has handed in its results. */
export async function openPage(
  url: string,
  results: Promise<string>,
  flags: readonly string[],
): Promise<string> {
  const profile = await Deno.makeTempDir({ prefix: "tsetsen-chromium-" });
  const child = start(findChromium(), [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--js-flags=--expose-gc",
    `--user-data-dir=${profile}`,
    ...flags,
    url,
  ]);
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error("the page did not hand in its results")), 300_000);
    });
    const left = child.process.status.then(() => {
      throw new Error("Chromium ended before its page had handed in its results");
    });
    // It is ended below, when nobody waits for it any more.
    left.catch(() => {});
    return await Promise.race([results, late, left]);
  } finally {
    clearTimeout(timer);
    await child[Symbol.asyncDispose]();
    await removeFolder(profile);
  }
}

/** Chromium's helpers write on for a moment after it has ended. */
async function removeFolder(path: string): Promise<void> {
  for (let tries = 1;; tries++) {
    try {
      return await Deno.remove(path, { recursive: true });
    } catch (error) {
      if (tries === 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
