/**
 * The reference in `docs/reference`, written from the comments of the source: `deno run -A .ci/reference.ts`. With `--check`
 * it writes nothing and fails when a page differs.
 *
 * @module
 */

import { finish, readConfig, ROOT } from "./command.ts";
import {
  type Comment,
  type DocProperty,
  type DocSymbol,
  type DocType,
  isInternal,
  isOptions,
  namesIn,
  readExports,
} from "./doc_model.ts";

const WRITTEN = "Written from the source by `deno task reference`: do not edit it.";

const ERRORS_HEAD = `# Errors

${WRITTEN}

Every failed call rejects with a \`TsetsenError\`, except that an abort rejects with the signal's own reason. Neither the key nor your
text is ever part of an error. Only a job that is taken up by its id alone does not know its text, should the service quote it. What
an interceptor throws becomes a plain \`TsetsenError\` with it as the \`cause\`, or, if it is a \`ConnectError\`, the class of its code.

Misuse of the API is a \`TypeError\` (a number where a string belongs, a name that is not known) or a \`RangeError\` (a timeout of 0).
\`ConnectionError\` and \`TimeoutError\` have the names of the Python SDK: import them from here, and test with \`instanceof\`.
`;

const OPTIONS_HEAD = `# Options

${WRITTEN}

All durations are milliseconds. A name that is not known is refused with the nearest known one. [Errors](errors.md) has the classes.
`;

/** Writes the pages. @returns The text of each, by its path. */
export async function writeReference(): Promise<Record<string, string>> {
  const symbols = (await readExports((await readConfig()).exports))
    .filter(({ jsDoc }) => !isInternal(jsDoc));
  return {
    "docs/reference/options.md": await format(optionsPage(symbols)),
    "docs/reference/errors.md": await format(errorsPage(symbols)),
  };
}

function optionsPage(symbols: readonly DocSymbol[]): string {
  const all = symbols.filter((symbol) =>
    isOptions(symbol) && symbol.name !== "TsetsenErrorOptions"
  );
  const sections = all.map((symbol) => {
    const { name, subpath, jsDoc } = symbol;
    const twice = all.filter((other) => other.name === name).length > 1;
    const heading = twice ? `${name} of ${specifier(subpath)}` : name;
    const rows = propertiesOf(symbol, all).map(optionRow);
    return `## ${heading}

\`${specifier(subpath)}\`. ${prose(jsDoc)}
${table(["option", "type", "what it does"], rows)}`;
  });
  return `${OPTIONS_HEAD}\n${sections.join("\n")}`;
}

/** The options of an interface, those that it inherits included. */
function propertiesOf(symbol: DocSymbol, all: readonly DocSymbol[]): DocProperty[] {
  const own = symbol.def.properties ?? [];
  const bases = Array.isArray(symbol.def.extends) ? symbol.def.extends as readonly DocType[] : [];
  const inherited = bases.flatMap((base) => {
    const omitted = base.repr === "Omit" ? literalsIn(base) : [];
    return namesIn(base)
      .flatMap((name) => all.find((other) => other.name === name && other !== symbol) ?? [])
      .flatMap((parent) => propertiesOf(parent, all))
      .filter(({ name }) => !omitted.includes(name) && own.every((one) => one.name !== name));
  });
  return [...own, ...inherited];
}

/** The string literals that a type mentions. */
function literalsIn(type: DocType): string[] {
  const literals: string[] = [];
  JSON.stringify(type, (key, value) => {
    if (key === "string" && typeof value === "string") literals.push(value);
    return value;
  });
  return literals;
}

function optionRow({ name, optional, tsType, jsDoc }: DocProperty): string[] {
  return [
    `\`${name}\`${optional ? "" : " (required)"}`,
    `\`${typeText(tsType).replace(/ \| undefined$/, "")}\``,
    prose(jsDoc),
  ];
}

function errorsPage(symbols: readonly DocSymbol[]): string {
  const base = symbols.find(({ name }) => name === "TsetsenError") as DocSymbol;
  const classes = symbols.filter(({ kind, def }) =>
    kind === "class" && def.extends as unknown === "TsetsenError"
  );
  const rows = classes.map(({ name, def, jsDoc }) => {
    const code = def.properties?.find((property) => property.name === "code")?.jsDoc?.doc ?? "";
    return [`\`${name}\``, code.replaceAll('"', "").replace(/\.$/, ""), prose(jsDoc)];
  });
  const fields = (base.def.properties ?? []).filter(({ name }) => name !== "name")
    .map(({ name, jsDoc }) => [`\`${name}\``, prose(jsDoc)]);
  return `${ERRORS_HEAD}
## Classes

${table(["class", "code", "when, and what to do"], rows)}
## Fields

${prose(base.jsDoc)}

${table(["field", "what it says"], fields)}
The money is in [jobs](../guides/jobs.md#retries-and-the-money-rules).
`;
}

/** The name that a user imports a subpath by. */
function specifier(subpath: string): string {
  return `@tsetsen/sdk${subpath.slice(1)}`;
}

/** The text of a comment on one line, without its links and its lists. */
function prose({ doc = "" }: Comment = {}): string {
  return doc.replace(/\{@link(?:code|plain)? ([^}]+)\}/g, "`$1`").replace(/\s+/g, " ").trim();
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`;
  return `\n${line(heads)}${line(heads.map(() => "---"))}${rows.map(line).join("")}\n`;
}

/** A type as a reader writes it. What is longer than a name is named by its kind. */
function typeText(type: DocType | undefined): string {
  if (type === undefined) return "unknown";
  const { kind, repr, value } = type;
  if (kind === "union") return (value as readonly DocType[]).map(typeText).join(" | ");
  if (kind === "parenthesized" || kind === "optional") return typeText(value as DocType);
  if (kind === "fnOrConstructor") return "function";
  if (kind === "literal") {
    const { string } = value as { readonly string?: string };
    return string === undefined ? `${repr}` : `"${string}"`;
  }
  if (kind === "typeRef") return `${repr}`;
  if (kind === "keyword") return `${value}`;
  if (kind === "array") return `${typeText(value as DocType)}[]`;
  if (kind === "typeOperator") return typeText((value as { readonly tsType: DocType }).tsType);
  return "object";
}

async function format(text: string): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--ext", "md", "-"],
    cwd: ROOT,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  if (!success) throw new Error(`deno fmt failed:\n${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

if (import.meta.main) {
  const different: string[] = [];
  for (const [path, text] of Object.entries(await writeReference())) {
    if (await Deno.readTextFile(`${ROOT}/${path}`).catch(() => "") === text) continue;
    different.push(path);
    if (!Deno.args.includes("--check")) await Deno.writeTextFile(`${ROOT}/${path}`, text);
  }
  const ok = different.length === 0 || !Deno.args.includes("--check");
  finish({
    ok,
    output: `${different.join(" and ")} differ from the source: run deno task reference.`,
  });
}
