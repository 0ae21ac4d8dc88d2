import type { Http2Session } from "node:http2";
import { hostOf } from "../lib/runtime.ts";

/**
 * Lets a session be destroyed a moment later, on Deno: there one that is destroyed while it reads a GOAWAY takes the whole
 * process along (denoland/deno#36788), and node:http2 does so by itself.
 */
export function destroyLate(session: Http2Session): void {
  if (hostOf() !== "deno") return;
  const destroy = session.destroy.bind(session);
  session.destroy = (...args) => globalThis.process.nextTick(() => destroy(...args));
}
