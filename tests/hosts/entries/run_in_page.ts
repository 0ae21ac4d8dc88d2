// The suite in a page, which hands in its results where it came from.

import type { Context } from "../context.ts";
import { runSuite } from "../suite.ts";

const { gc, location } = globalThis as unknown as {
  gc?: () => void;
  location: { origin: string; search: string };
};

/** Runs the suite. `more` is what its context has beside what Chromium can do. */
export async function runInPage(more: Partial<Context> = {}): Promise<void> {
  const filter = new URLSearchParams(location.search).get("filter") ?? "";
  const results = await runSuite({
    control: location.origin,
    needsHttp2: true,
    provesRefusal: false,
    hasHttp2: false,
    ...(gc && { gc }),
    ...more,
  }, filter);
  await fetch("results", { method: "POST", body: JSON.stringify(results) });
}
