// Chromium: the suite in a page, which hands in its results where it came from.

import { runSuite } from "../suite.ts";

const { gc, location } = globalThis as unknown as {
  gc?: () => void;
  location: { origin: string; search: string };
};
const filter = new URLSearchParams(location.search).get("filter") ?? "";
const results = await runSuite({
  control: location.origin,
  needsHttp2: true,
  provesRefusal: false,
  hasHttp2: false,
  ...(gc && { gc }),
}, filter);
await fetch("results", { method: "POST", body: JSON.stringify(results) });
