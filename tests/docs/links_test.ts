import { assert, assertEquals } from "@std/assert";
import { REPOSITORY } from "../../.ci/manifest.ts";
import { fileOf } from "../checks/run_program.ts";
import { documents } from "./snippets.ts";

/** An absolute link into the repository. */
const IN_REPOSITORY = new RegExp(`^${REPOSITORY}/(?:blob|tree)/main/([^#]+)(?:#(.+))?$`);

/** Files whose links are checked beside the guides. */
const MORE = ["CONTRIBUTING.md", "CHANGELOG.md", "docs/README.md"];

interface Link {
  /** The document that has the link. */
  readonly from: string;
  readonly target: string;
}

async function linksOf(from: string): Promise<Link[]> {
  const text = (await Deno.readTextFile(fileOf(from))).replace(/^```[^]*?^```$/gm, "");
  const inline = [...text.matchAll(/\]\(([^)\s]+)\)/g)];
  const referenced = [...text.matchAll(/^\[[^\]]+\]: (\S+)$/gm)];
  return [...inline, ...referenced].map(([, target = ""]) => ({ from, target }));
}

/** The anchor that GitHub gives a heading. */
function anchorOf(heading: string): string {
  return heading.toLowerCase().replace(/[^\p{L}\p{N}\- ]/gu, "").replaceAll(" ", "-");
}

async function checkTarget({ from, target }: Link): Promise<void> {
  const [, inRepository, foreignAnchor] = IN_REPOSITORY.exec(target) ?? [];
  if (inRepository === undefined && /^https?:/.test(target)) return;
  const [path = "", anchor = foreignAnchor] = target.split("#");
  const folder = from.includes("/") ? from.slice(0, from.lastIndexOf("/") + 1) : "";
  const file = inRepository ?? (path === "" ? from : folder + path);
  const about = `${from} links to ${target}`;
  const stat = await Deno.stat(fileOf(file)).catch(() => undefined);
  assert(stat !== undefined, `${about}, which does not exist`);
  if (anchor === undefined) return;
  const text = await Deno.readTextFile(fileOf(file));
  const anchors = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) => anchorOf(heading));
  assert(anchors.includes(anchor), `${about}: the headings there are ${anchors.join(", ")}`);
}

Deno.test("Links of the README, the guides and the pages beside them lead to files and headings", async () => {
  const links = (await Promise.all([...await documents(), ...MORE].map(linksOf))).flat();
  assert(links.length > 30);
  for (const link of links) await checkTarget(link);
});

Deno.test("Links of files in the package are absolute, or lead to a file in the package", async () => {
  const { publish } = JSON.parse(await Deno.readTextFile(fileOf("deno.json")));
  const files: string[] = publish.include.filter((path: string) => path.endsWith(".md"));
  assert(files.includes("README.md"));
  for (const { from, target } of (await Promise.all(files.map(linksOf))).flat()) {
    if (target.startsWith("#") || target.startsWith("https://")) continue;
    const isPackaged = publish.include.some((path: string) =>
      target === path || target.startsWith(`${path}/`)
    );
    assert(isPackaged, `${from} links to ${target}, which is not in the package`);
  }
});

Deno.test("checkTarget rejects a file that does not exist, and a heading that does not", async () => {
  const rejected: string[] = [];
  for (const target of ["docs/none.md", `${REPOSITORY}/blob/main/none.md`, "LICENSE#none"]) {
    await checkTarget({ from: "README.md", target }).catch(() => rejected.push(target));
  }
  assertEquals(rejected.length, 3);
});
