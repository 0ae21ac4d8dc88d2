/**
 * The form of an API key.
 *
 * @module
 */

import { AuthenticationError } from "./errors.ts";
import { checkType, describe } from "./validate.ts";

/** The key, if it looks like one. */
export function checkApiKey(key: unknown): string {
  if (key === undefined || key === "") {
    throw new AuthenticationError(
      "No API key: give apiKey, or set the environment variable TSETSEN_API_KEY.",
      { charged: "no" },
    );
  }
  checkType("apiKey", key, "string");
  if (!/^tsetsen-(prod|development)-[\w-]+$/.test(key as string)) {
    throw new AuthenticationError(
      `apiKey must look like tsetsen-prod-… or tsetsen-development-…: got ${describe(key)}`,
      { charged: "no" },
    );
  }
  return key as string;
}
