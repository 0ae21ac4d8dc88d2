// Chromium: the suite in a page, which hands in its results where it came from.

import { runAll } from "../../hosts/runner.ts";
import { suite } from "../suite.ts";

const { location } = globalThis as unknown as { location: { search: string } };
const search = new URLSearchParams(location.search);
const context = { ...JSON.parse(search.get("context") ?? ""), readsAhead: true };
const results = await runAll(suite, context, search.get("filter") ?? "");
await fetch("results", { method: "POST", body: JSON.stringify(results) });
