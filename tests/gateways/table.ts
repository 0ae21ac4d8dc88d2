// From the runs to docs/gateways.md.

import { checks } from "./checks.ts";
import type { GatewayRun } from "./run.ts";

/** The page. */
export function page(runs: readonly GatewayRun[]): string {
  const head = [
    "Server",
    "Checks",
    "Errors: unary, stream",
    "Cancelled: unary",
    "Cancelled: a stream that makes chunks",
    "Cancelled: a silent stream",
    "Deadline: unary, stream",
    "Preflight of a page",
    "What must be set",
  ];
  const rows = runs.map(({ gateway: { name, version, setting }, facts, failures }) => [
    `${name} ${version}`,
    `${checks.length - failures.length} of ${checks.length}`,
    `${facts["errors, unary"]}, ${facts["errors, stream"]}`,
    bold(facts["cancel, unary"]),
    bold(facts["cancel, making"]),
    bold(facts["cancel, silent"]),
    `${bold(facts["deadline, unary"])}, ${bold(facts["deadline, stream"])}`,
    facts["preflight"] ?? "not known",
    setting,
  ]);
  const wrong = runs.filter(({ failures }) => failures.length > 0).map((
    { gateway: { name }, failures },
  ) =>
    `- ${name}:\n${
      failures.map(([check, why]) =>
        `  - ${check}: ${why.replaceAll("\n", " ").replaceAll("|", "\\|")}\n`
      ).join("")
    }`
  );
  return `# gRPC-Web servers

The service's contract, served by each gRPC-Web server that a user may put in front of it, and the SDK's ${checks.length} checks through
it, over HTTP/1.1 on loopback. Run on ${
    new Date().toISOString().slice(0, 10)
  }, on Deno ${Deno.version.deno}, by \`deno task
test:gateways --all --md docs/gateways.md\`. The servers are in \`tests/gateways/servers\`.

"Errors" is where \`grpc-status\` stands: in the headers of HTTP, or in the trailers frame of the body. "Cancelled" and "Deadline"
tell when the service's code was told that its caller is gone. At its deadline the SDK also closes the call itself. A service that is told "never" goes on with a
synthesis that is paid for and that nobody hears.

${[head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |\n`).join("")}
## What failed

${wrong.length === 0 ? "Nothing.\n" : wrong.join("")}`;
}

function bold(fact = "not known"): string {
  return fact === "never" ? "**never**" : fact;
}
