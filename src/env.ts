/**
 * The two environment variables that the SDK reads. Nothing else reads the environment.
 *
 * @module
 */

/** A variable's value; `undefined` when it is unset or empty, or where there is no environment or no leave to read it. */
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
