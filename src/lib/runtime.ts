/**
 * What the SDK asks of the runtime: two environment variables, and which `fetch` it has.
 *
 * @module
 */

/** A variable's value; `undefined` when it is unset or empty, and on a runtime that has no environment or denies access. */
export function readEnv(name: "TSETSEN_API_KEY" | "TSETSEN_API_ENDPOINT"): string | undefined {
  try {
    const { process } = globalThis as {
      process?: { env?: Record<string, string | undefined> };
    };
    return process?.env?.[name] || undefined;
  } catch {
    // Deno without --allow-env throws: the same as unset.
    return undefined;
  }
}

/** Whether this is a page or a worker of a browser: keys are public there, and requests may be sent twice. */
export function inBrowser(): boolean {
  // workerd has `importScripts` up to the compatibility date 2024-03-03.
  return "document" in globalThis || ("importScripts" in globalThis && "location" in globalThis);
}

let host: "deno" | "node" | "other" | undefined;

/** The runtime, if its `fetch` needs special care. It is determined by the first call, not by the import. */
export function hostOf(): "deno" | "node" | "other" {
  if (host === undefined) {
    const { versions = {} } = (globalThis as { process?: { versions?: object } }).process ?? {};
    // Deno, Bun and workerd name a version of undici, too.
    const isNode = "undici" in versions && !("bun" in versions) && knowsRedirectError();
    host = "deno" in versions ? "deno" : isNode ? "node" : "other";
  }
  return host;
}

// workerd throws for this value.
function knowsRedirectError(): boolean {
  try {
    return new Request("http://localhost", { redirect: "error" }).redirect === "error";
  } catch {
    return false;
  }
}

/**
 * Options of `fetch` that lift a runtime's own limits. Bun ends a connection that is silent for five minutes, unless it is told
 * otherwise; the others ignore the option.
 */
export const WITHOUT_LIMIT: RequestInit = { timeout: false } as RequestInit;
