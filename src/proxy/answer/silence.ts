/**
 * Asks servers for more time that cut a silent answer.
 *
 * @module
 */

/**
 * Bun's server closes a connection on which nothing is sent for ten seconds. `Bun.serve` passes the server as the second
 * argument. It takes 255 seconds at most. 0 means no limit, and then the proxy's own deadlines hold.
 */
export function extendSilence(request: Request, server: unknown, timeout: number): void {
  if (!("Bun" in globalThis)) return;
  const { timeout: extend } = (server ?? {}) as {
    readonly timeout?: (request: Request, seconds: number) => void;
  };
  const seconds = Math.ceil(timeout / 1_000) + 5;
  if (typeof extend === "function") extend.call(server, request, seconds > 255 ? 0 : seconds);
}
