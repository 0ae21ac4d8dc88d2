// From the results of all hosts to a table, runtime by behaviour, and to what is wrong.

import type { Result } from "./runner.ts";

export interface HostRun {
  readonly name: string;
  readonly results: readonly Result[];
  /** Why the host could not run at all. */
  readonly problem?: string;
  /** Whether that is because the runtime is not on this machine. */
  readonly missing?: boolean;
}

/** The table as Markdown: a tick where every case of a group passed, or how many did. */
export function table(runs: readonly HostRun[]): string {
  const groups = [...new Set(runs.flatMap(({ results }) => results.map(({ group }) => group)))];
  const rows = groups.map((group) => [group, ...runs.map((run) => cell(run, group))]);
  const head = ["Behaviour", ...runs.map(({ name }) => name)];
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, index) => index === 0 ? "---" : ":-:")), ...rows.map(line)]
    .join("\n") + "\n";
}

function cell({ results, problem }: HostRun, group: string): string {
  if (problem !== undefined) return "not run";
  const cases = results.filter((result) => result.group === group);
  if (cases.length === 0) return "";
  const passed = cases.filter(({ error }) => error === undefined).length;
  return passed === cases.length ? "✓" : `✗ ${passed}/${cases.length}`;
}

/** Every failure: a host that did not run, a case that failed, a case that told other facts than elsewhere. */
export function failures(runs: readonly HostRun[]): string[] {
  const found: string[] = [];
  const facts = new Map<string, { readonly host: string; readonly facts: string }>();
  for (const { name: host, results, problem, missing } of runs) {
    // On a developer's machine a runtime may be missing; the checks of the project must have them all.
    const excused = missing && !Deno.env.has("CI");
    if (problem !== undefined && !excused) found.push(`${host}: ${problem}`);
    for (const result of results) {
      if (result.error !== undefined) {
        found.push(`${host}: ${result.name}: ${result.error}`);
        continue;
      }
      const told = JSON.stringify(result.facts);
      const first = facts.get(result.name);
      if (first === undefined) facts.set(result.name, { host, facts: told });
      else if (first.facts !== told) {
        found.push(
          `${host}: ${result.name}: differs from ${first.host}: ${told} instead of ${first.facts}`,
        );
      }
    }
  }
  return found;
}
