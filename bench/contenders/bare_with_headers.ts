import { openBare } from "./bare.ts";
import { API_KEY, type Open } from "./contender.ts";

/** connect-web by itself, asked by its own options for the headers and the deadline that this package sends and keeps. */
export const open: Open = (baseUrl, fetch) =>
  openBare(baseUrl, fetch, {
    timeoutMs: 30_000,
    headers: { "x-api-key": API_KEY, "x-goog-api-key": API_KEY, "x-user-agent": "bench" },
  });
