/**
 * What the comments of the public API must say: of options the default, of numbers the unit and the range, of functions what
 * they return and throw.
 *
 * @module
 */

import {
  type Comment,
  type DocFunction,
  type DocProperty,
  type DocSymbol,
  type DocType,
  isInternal,
  isOptions,
  mayBe,
  namesIn,
} from "./doc_model.ts";

const DEFAULT = /\bdefaults?\b/i;
const UNIT =
  /\b(?:milliseconds|seconds|bytes|characters|code points|credits|Hz|PCM|HTTP status|gRPC status code|times|percent|port|exit code|lines|pace)\b|\bhow (?:many|often)\b|\bmultiplied\b|\bnumber of\b/i;
const RANGE =
  /\babove\b|\bat (?:least|most)\b|\bor (?:more|less)\b|\bup to\b|\bbetween\b|\bfrom \S+ to \S+|\d+ to [\d,]+/i;
const NEVER_THROWS = /\bnever throws\b/i;

/** Finds what is missing. @returns A line for each: the symbol, and what its comment lacks. */
export function findGaps(symbols: readonly DocSymbol[]): string[] {
  const byName = new Map(symbols.map((symbol) => [symbol.name, symbol]));
  const hasSignal = (name: string): boolean => {
    const { def } = byName.get(name) ?? {};
    if (def?.properties?.some((property) => property.name === "signal")) return true;
    const parents = Array.isArray(def?.extends) ? def.extends.flatMap(namesIn) : [];
    return parents.some((parent) => parent !== name && hasSignal(parent));
  };
  const gaps = symbols.flatMap((symbol): string[] => {
    const { name, kind, def, jsDoc } = symbol;
    if (isInternal(jsDoc)) return [];
    if (isOptions(symbol)) {
      return (def.properties ?? []).filter(({ optional }) => optional)
        .flatMap((property) => optionGaps(name, property));
    }
    if (kind === "function") return functionGaps(name, def as DocFunction, jsDoc, hasSignal);
    if (kind !== "class") return [];
    return (def.methods ?? [])
      .filter(({ kind, accessibility, jsDoc }) =>
        kind === "method" && accessibility === undefined && !isInternal(jsDoc)
      )
      .flatMap(({ name: method, functionDef, jsDoc }) =>
        functionGaps(`${name}.${method}`, functionDef as DocFunction, jsDoc, hasSignal)
      );
  });
  return gaps.sort();
}

function optionGaps(owner: string, { name, tsType, jsDoc = {} }: DocProperty): string[] {
  const { doc = "" } = jsDoc;
  const isNumber = mayBe(tsType, "number");
  return [
    ...DEFAULT.test(doc) ? [] : [`${owner}.${name}: default`],
    ...!isNumber || UNIT.test(doc) ? [] : [`${owner}.${name}: unit`],
    ...!isNumber || RANGE.test(doc) ? [] : [`${owner}.${name}: range`],
  ];
}

function functionGaps(
  name: string,
  { params, returnType }: DocFunction,
  comment: Comment | undefined,
  hasSignal: (name: string) => boolean,
): string[] {
  const { doc = "", tags = [] } = comment ?? {};
  const thrown = tags.filter(({ kind }) => kind === "throws");
  const takesSignal = params.some((param) => {
    const { name, tsType } = param.left ?? param;
    return name === "signal" || namesIn(tsType).some(hasSignal);
  });
  const throwsNothing = NEVER_THROWS.test(doc) || params.length === 0 && !isPromise(returnType);
  const isCall = /^(?:Base)?(?:Client|Job)\./.test(name);
  return [
    ...returnsNothing(returnType) || tags.some(({ kind }) => kind === "return")
      ? []
      : [`${name}: @returns`],
    ...throwsNothing || thrown.length > 0 ? [] : [`${name}: @throws`],
    ...!takesSignal || NEVER_THROWS.test(doc) || thrown.some(({ doc }) => /signal/.test(doc ?? ""))
      ? []
      : [`${name}: @throws, the signal's reason`],
    ...!takesSignal || !isCall ||
        thrown.some(({ tsType }) => tsType?.repr === "ClientClosedError")
      ? []
      : [`${name}: @throws {ClientClosedError}`],
  ];
}

function returnsNothing(type: DocType | undefined): boolean {
  if (type === undefined) return true;
  const { typeName, typeParams } = (type.value ?? {}) as {
    readonly typeName?: string;
    readonly typeParams?: readonly DocType[];
  };
  if (typeName === "Promise") return returnsNothing(typeParams?.[0]);
  return type.kind === "keyword" && (type.value === "void" || type.value === "never");
}

function isPromise(type: DocType | undefined): boolean {
  return (type?.value as { readonly typeName?: string } | undefined)?.typeName === "Promise" &&
    !returnsNothing(type);
}
