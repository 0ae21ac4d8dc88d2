import { assert, assertStringIncludes } from "@std/assert";
import { writeReference } from "../../.ci/reference.ts";

Deno.test("writeReference names inherited options, and leaves out those that are omitted", async () => {
  const { "docs/reference/options.md": page = "" } = await writeReference();
  const section = (name: string) => page.split(`## ${name}\n`)[1]?.split("\n## ")[0] ?? "";
  assertStringIncludes(section("WatchOptions"), "| `signal` ");
  assertStringIncludes(section("ClientOptions of @tsetsen/sdk"), "| `apiKey` ");
  assertStringIncludes(section("DownloadOptions"), "| `signal` ");
  // A download sends no headers of the caller.
  assert(!section("DownloadOptions").includes("| `headers` "));
});

Deno.test("writeReference names each class of error with its code", async () => {
  const { "docs/reference/errors.md": page = "" } = await writeReference();
  for (const code of ["timeout", "job_failed", "client_closed", "insufficient_credits"]) {
    assertStringIncludes(page, `\`${code}\``);
  }
});
