/**
 * The form of an API key.
 *
 * @module
 */

import { AuthenticationError } from "./errors.ts";
import { describe } from "./validate.ts";

/** The key, if it looks like one. */
export function checkApiKey(key: unknown): string {
  if (key === undefined || key === "") {
    throw new AuthenticationError(
      "No API key: give apiKey, or set the environment variable TSETSEN_API_KEY.",
      { charged: "no" },
    );
  }
  if (typeof key !== "string") throw new TypeError(`apiKey must be a string: got ${describe(key)}`);
  if (!/^tsetsen-(prod|development)-[A-Za-z0-9_-]+$/.test(key)) {
    throw new AuthenticationError(
      `apiKey must look like tsetsen-prod-… or tsetsen-development-…: got ${describe(key)} ` +
        "that does not. Check for spaces and line breaks around it.",
      { charged: "no" },
    );
  }
  return key;
}
