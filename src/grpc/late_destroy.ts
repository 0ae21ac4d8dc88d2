import type { Http2Session } from "node:http2";
import { hostOf } from "../lib/runtime.ts";

/**
 * Delays the destruction of a session by a tick on Deno. There node:http2 destroys a session while it reads a GOAWAY,
 * and the whole process ends (denoland/deno#36788).
 */
export function destroyLate(session: Http2Session): void {
  if (hostOf() !== "deno") return;
  const destroy = session.destroy.bind(session);
  session.destroy = (...args) => globalThis.process.nextTick(() => destroy(...args));
}
