/**
 * What `deno doc --json` says about the exports of the package, in the shape that the checks and the reference need.
 *
 * @module
 */

import { deno } from "./command.ts";

/** A tag of a comment, for example `@throws {TypeError} when …`. */
export interface DocTag {
  readonly kind: string;
  readonly doc?: string;
  readonly name?: string;
  readonly tsType?: DocType;
}

/** A comment. */
export interface Comment {
  readonly doc?: string;
  readonly tags?: readonly DocTag[];
}

/** A type, as far as it matters here. The shape of `value` depends on `kind`. */
export interface DocType {
  readonly kind: string;
  readonly repr?: string;
  readonly value?: unknown;
}

/** A parameter. One with a default is an assignment to the parameter itself. */
export interface DocParam {
  readonly name?: string;
  readonly tsType?: DocType;
  readonly left?: DocParam;
}

/** A function, or the part of a method that is one. */
export interface DocFunction {
  readonly params: readonly DocParam[];
  readonly returnType?: DocType;
}

/** A property of an interface or a class. */
export interface DocProperty {
  readonly name: string;
  readonly optional?: boolean;
  readonly tsType?: DocType;
  readonly jsDoc?: Comment;
}

/** A method of a class (with `functionDef`) or of an interface. */
export interface DocMethod extends Partial<DocFunction> {
  readonly name: string;
  readonly kind?: string;
  readonly accessibility?: string;
  readonly functionDef?: DocFunction;
  readonly jsDoc?: Comment;
}

/** An export. */
export interface DocSymbol {
  readonly name: string;
  readonly kind: "class" | "interface" | "function" | "typeAlias" | "variable" | "enum";
  /** The subpath that exports it first, for example `"./file"`. */
  readonly subpath: string;
  readonly jsDoc: Comment;
  readonly def: Partial<DocFunction> & {
    readonly extends?: readonly DocType[] | string;
    readonly properties?: readonly DocProperty[];
    readonly methods?: readonly DocMethod[];
    readonly constructors?: readonly DocMethod[];
  };
}

interface Declaration extends Omit<DocSymbol, "kind" | "subpath" | "name"> {
  readonly kind: string;
  readonly declarationKind: string;
}

interface DocJson {
  readonly nodes: Readonly<
    Record<string, {
      readonly symbols: readonly {
        readonly name: string;
        readonly declarations: readonly Declaration[];
      }[];
    }>
  >;
}

/**
 * Reads the exports of entry points, each once.
 *
 * @param exports The file of each subpath, as in `deno.json`.
 */
export async function readExports(
  exports: Readonly<Record<string, string>>,
): Promise<DocSymbol[]> {
  const symbols: DocSymbol[] = [];
  const known = new Set<string>();
  for (const [subpath, path] of Object.entries(exports)) {
    const { ok, output, printed = "" } = await deno(["doc", "--json", path]);
    if (!ok) throw new Error(`deno doc failed:\n${output}`);
    const { nodes }: DocJson = JSON.parse(printed);
    for (const { name, declarations } of Object.values(nodes).flatMap((node) => node.symbols)) {
      for (
        const { kind, jsDoc = {}, def, location } of declarations as readonly LocatedDeclaration[]
      ) {
        const place = `${location.filename} ${name} ${kind}`;
        if (kind === "reference" || def === undefined || known.has(place)) continue;
        known.add(place);
        symbols.push({ name, kind: kind as DocSymbol["kind"], subpath, jsDoc, def });
      }
    }
  }
  return symbols;
}

interface LocatedDeclaration extends Declaration {
  readonly location: { readonly filename: string };
}

interface TypeReference {
  readonly typeName?: string;
  /** Where an import takes the name from, and what it is called there. */
  readonly resolution?: { readonly name?: string };
}

/** The names of all types that a type mentions, as they are declared. */
export function namesIn(type: DocType | undefined): string[] {
  const names: string[] = [];
  if (type === undefined) return names;
  JSON.stringify(type, (_key, value: TypeReference | null) => {
    if (typeof value?.typeName === "string") {
      names.push(value.resolution?.name ?? value.typeName);
    }
    return value;
  });
  return names;
}

/** Whether a type is, or may be, a keyword such as `number`. */
export function mayBe(type: DocType | undefined, keyword: string): boolean {
  if (type?.kind === "keyword") return type.value === keyword;
  return type?.kind === "union" &&
    (type.value as readonly DocType[]).some((one) => mayBe(one, keyword));
}

/** Whether a comment marks its symbol as internal. */
export function isInternal(comment: Comment | undefined): boolean {
  return comment?.tags?.some(({ kind }) => kind === "internal") ?? false;
}

/** Whether a name is that of options. */
export function isOptions({ name, kind }: DocSymbol): boolean {
  return kind === "interface" && /(?:Options|Init|Limits)$/.test(name);
}
