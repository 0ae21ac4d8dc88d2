// The snippets of the README and the guides. A block "```ts" is plain JavaScript and runs on every runtime as it stands;
// "```ts deno bun" runs on the runtimes that it names; "```ts browser" is compiled only.

import type { Runtime } from "../support/runtimes.ts";

/** A snippet, as its reader would copy it. */
export interface Snippet {
  /** The file and the line, as "docs/guides/jobs.md:12". */
  readonly place: string;
  readonly code: string;
  /** The words behind "ts". */
  readonly marks: readonly string[];
}

const ROOT = new URL("../../", import.meta.url);
const MARKS = ["deno", "bun", "node", "browser"];

/** The documents whose snippets run: the README in both languages, the guides, and the pages beside them. */
export async function documents(): Promise<string[]> {
  const guides: string[] = [];
  for await (const { name } of Deno.readDir(new URL("docs/guides", ROOT))) {
    if (name.endsWith(".md")) guides.push(`docs/guides/${name}`);
  }
  return ["README.md", "README.mn.md", "docs/limits.md", "docs/migration.md", ...guides.sort()];
}

/** Reads the snippets of a document. */
export async function snippetsOf(path: string): Promise<Snippet[]> {
  const text = await Deno.readTextFile(new URL(path, ROOT));
  return [...text.matchAll(/^```(?:ts|js)\b *(.*)\n([^]*?)^```$/gm)].map(
    ({ index, 1: words = "", 2: code = "" }) => {
      const place = `${path}:${text.slice(0, index).split("\n").length}`;
      const marks = words.split(/[ ,]+/).filter((word) => word !== "");
      const unknown = marks.find((mark) => !MARKS.includes(mark));
      if (unknown !== undefined) {
        throw new TypeError(`${place}: a mark must be one of ${MARKS.join(", ")}: got ${unknown}`);
      }
      return { place, code, marks };
    },
  );
}

/** Whether a runtime runs the snippet. */
export function runsOn({ marks }: Snippet, runtime: Runtime): boolean {
  return marks.length === 0 || marks.includes(runtime);
}

/** The name of the snippet's file. Without a mark it is plain JavaScript, so that Node 20 runs it. */
export function fileName({ place, marks }: Snippet): string {
  return `${place.replace(/[/:.]/g, "_")}.${marks.length === 0 ? "mjs" : "ts"}`;
}
