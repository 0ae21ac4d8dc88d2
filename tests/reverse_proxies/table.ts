// From the runs to docs/reverse-proxies.md.

import { ROOT } from "../hosts/tools.ts";
import { checks } from "../gateways/checks.ts";
import type { ProxyRun } from "./run.ts";

const LANGUAGES: Readonly<Record<string, string>> = { cjs: "js", yaml: "yaml", conf: "nginx" };

/** The page. */
export async function page(runs: readonly ProxyRun[]): Promise<string> {
  const head = [
    "Proxy",
    "Checks",
    "First sample later by",
    "Gap of 100 ms",
    "Cancelled: making, silent, unary",
    "A paid call whose connection breaks",
    "A stream that breaks off",
  ];
  const rows = runs.map(({ name, version, facts, failures, behind, gap, broken, paid }) => [
    `${name} ${version}`,
    `${checks.length - failures.length} of ${checks.length}`,
    `${behind > 50 ? "**" : ""}${behind.toFixed(1)} ms${behind > 50 ? "**" : ""}`,
    `${Math.round(gap)} ms`,
    ["cancel, making", "cancel, silent", "cancel, unary"].map((name) =>
      facts[name] === "never" ? "**never**" : facts[name]
    ).join(", "),
    paid,
    broken,
  ]);
  const pastes = runs.flatMap(({ name, pastes }) =>
    pastes.map(([line, seen]) => [name, `\`${line}\``, seen])
  );
  const recipes = await Promise.all(runs.map(async ({ name, recipe, failures, limit }) => {
    const text = await Deno.readTextFile(`${ROOT}tests/reverse_proxies/recipes/${recipe}`);
    const failed = failures.map(([check, why]) => `- ${check}: ${why.replaceAll("\n", " ")}\n`)
      .join("");
    return `### ${name}\n\n\`\`\`${
      LANGUAGES[recipe.split(".").at(-1)!] ?? ""
    }\n${text.trimEnd()}\n\`\`\`\n${
      failed === ""
        ? ""
        : `\nWhat is not right with it:\n\n${failed}${limit === undefined ? "" : `\n${limit}\n`}`
    }`;
  }));
  return `# Reverse proxies

A recipe for each reverse proxy that stands in front of a gRPC-Web server, and what the SDK sees through it. Run on ${
    new Date().toISOString().slice(0, 10)
  }, on Deno ${Deno.version.deno}, by \`deno task test:reverse-proxies --md docs/reverse-proxies.md\`, in front of connect-go, over HTTP/1.1 on
loopback (the first row of Apache httpd: over HTTP/2).

"Checks" are those of [the gRPC-Web servers](gateways.md). "First sample" is the median of nine streams, less that without the proxy. The
service makes a piece every 100 ms for "Gap", which is the longest but one of twenty. "Cancelled" tells when the service was told that the caller is gone. For the last two
columns the service reads a paid POST to its end and closes the connection, and breaks off a stream after its first message.

${table(head, rows)}
## Lines that charge twice

These lines are pasted often. Each was added to the recipe below, and a service that had read the whole of a paid POST closed its connection.
"times" is how often the service got the call.

${table(["Proxy", "Line", "A paid call came"], pastes)}
## Recipes

\`LISTEN\` and \`UPSTREAM\` stand for addresses.

${recipes.join("\n")}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`;
  return line(head) + line(head.map(() => "---")) + rows.map(line).join("");
}
