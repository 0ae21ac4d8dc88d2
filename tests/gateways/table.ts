// From the runs to docs/gateways.md.

import { checks } from "./checks.ts";
import type { GatewayRun } from "./run_gateway.ts";

/** The page. */
export function page(runs: readonly GatewayRun[]): string {
  const head = [
    "Server",
    "Checks",
    "Errors: unary, stream",
    "Cancelled: unary",
    "Cancelled: a stream that makes chunks",
    "Cancelled: a silent stream",
    "At the SDK's deadline: unary, stream",
    "Deadline held by the server: unary, stream",
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
    `${bold(facts["held, unary"])}, ${bold(facts["held, stream"])}`,
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
  }, on Deno ${Deno.version.deno}, by \`deno task test:gateways --all --md docs/gateways.md\`. The servers are in \`tests/gateways/servers\`. Those of
Python and Go also run in \`deno task test:interop\`, which fails when a check comes out otherwise than here.

"Errors" is where \`grpc-status\` stands: in the headers of HTTP, or in the trailers frame of the body. "Cancelled" and "deadline"
tell when the service's code was told that its caller is gone. At its deadline the SDK closes the call. "Held by the server" is for a caller who sends a
deadline and does not close the call. A service that is told "never" goes on with a synthesis that is paid for and that nobody hears.

${[head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |\n`).join("")}
## What failed

${wrong.length === 0 ? "Nothing.\n" : wrong.join("")}`;
}

function bold(fact = "not known"): string {
  return fact === "never" ? "**never**" : fact;
}

/** Whether the page says that a check of a gateway fails. */
export function isKnown(page: string, gateway: string, check: string): boolean {
  const sections = page.replaceAll(/\s+/g, " ").split("## What failed")[1]?.split(
    / - (?=[^:]+: - )/,
  );
  const section = sections?.find((text) => text.startsWith(`${gateway}: - `));
  return section?.includes(` - ${check}: `) ?? false;
}
