import { validate } from "../../../contract/validate.ts";
import { failed, ok, type Report } from "../report.ts";
import type { Subject } from "../subject.ts";

/** Whether there is a key, and whether it looks like one. It is shown to nobody. */
export function lookAtKey({ key }: Subject): Report {
  const { value, source } = key;
  if (value === undefined) {
    return failed(
      "authentication_failed",
      "There is no API key.",
      "Set the environment variable TSETSEN_API_KEY, or give --api-key-file.",
    );
  }
  try {
    validate("apiKey", value);
  } catch {
    const isPadded = value !== value.trim();
    return failed(
      "authentication_failed",
      `What ${source} holds (${value.length} characters${
        isPadded ? ", with white space around them" : ""
      }) is not a key.`,
      "A key looks like tsetsen-prod-… or tsetsen-development-…: copy it again, all of it and nothing else.",
      { source },
    );
  }
  const kind = value.startsWith("tsetsen-prod-") ? "production" : "development";
  return ok(`A ${kind} key, from ${source}.`, { source, kind });
}
