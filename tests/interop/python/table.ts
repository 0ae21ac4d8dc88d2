// The table of the two SDKs, in docs/: written from what a run found, and compared with it by the next.

import type { Result } from "../../hosts/runner.ts";
import { ROOT } from "../../hosts/tools.ts";
import type { Row } from "./scenario.ts";

export const DOCS = "docs/python-sdk.md";

const HEAD = `# This SDK and the official Python SDK

Both did the same against the same service: \`tsetsen\` 0.1.10, the official Python SDK as it is published, and this SDK, each
over native gRPC, in plaintext and over TLS, against [the emulator](guides/testing.md). How often a
call was sent and paid for is what the emulator's list of requests and its ledger say; where nothing is said, it was once.

Written by \`deno task test:interop --md ${DOCS}\`; \`deno task test:interop\` fails when a run finds anything else.
`;

/** The page that says what a run found. Both lanes must have found the same. */
export async function page(results: readonly Result[]): Promise<string> {
  let text = HEAD;
  let group = "";
  for (const result of results) {
    const { python, sdk, why } = result.facts as Row;
    if (result.group !== group) {
      group = result.group;
      text += `\n## ${group}\n\n${line("", "Python SDK", "This SDK", "Why they differ")}`;
      text += line(..."----");
    }
    text += line(result.name, python, sdk === python ? "the same" : sdk, why);
  }
  return await formatted(text);
}

/** What is wrong with the page that is checked in, if anything. */
export async function outdated(page: string): Promise<string | undefined> {
  const checkedIn = await Deno.readTextFile(ROOT + DOCS).catch(() => "");
  if (checkedIn === page) return undefined;
  const known = new Set(lines(checkedIn));
  const first = lines(page).find((line) => !known.has(line)) ?? "fewer lines";
  return `${DOCS} is not what this run found: ${first} (if that is right, write it with --md ${DOCS})`;
}

/** Whatever the width of the columns. */
function lines(text: string): string[] {
  return text.replaceAll(/ {2,}/g, " ").replaceAll(/-{2,}/g, "-").split("\n");
}

function line(...cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |\n`;
}

/** As \`deno fmt\` wants it, so that both checks agree. */
async function formatted(text: string): Promise<string> {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--ext=md", "-"],
    cwd: ROOT,
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const output = process.output();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  return new TextDecoder().decode((await output).stdout);
}
