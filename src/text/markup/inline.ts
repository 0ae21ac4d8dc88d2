/**
 * Markdown inside a line: emphasis, code, links, images, footnotes, escapes, by the rules of CommonMark 0.31 (chapter 6)
 * and of GitHub for `~~`. They differ in three points. A single `*` begins emphasis only at the border of a word,
 * because prose holds stars. `__` also ends emphasis inside a word, because Mongolian suffixes follow it. A double sign
 * without a partner is found, because the text may have been cut.
 *
 * @module
 */

import { type Blocks, markdown } from "./blocks.ts";
import type { Found } from "../findings/finding.ts";
import type { Range } from "./ranges.ts";

const TOKEN =
  /\\[\\`*_{}\[\]()#+.!|~<>-]|(?:https?|ftp):\/\/[^\s<>*()[\]]+|www\.[^\s<>*()[\]]+|<(?:https?|ftp|mailto):[^\s<>]{1,2000}>|!?\[|\*+|_+|~+/g;
/** `[text](address "title")`, from the bracket. An address may hold a whole picture ("data:image/png;base64,…"). */
const LINK =
  /\[(?<text>[^[\]]{0,500})\]\([ \t]?(?:<[^<>\n]*>|[^\s()<>]*(?:\([^\s()]{0,200}\)[^\s()<>]{0,500})?)(?:[ \t]+(?:"[^"\n]{0,300}"|'[^'\n]{0,300}'|\([^()\n]{0,300}\)))?[ \t]?\)/uy;
/** `[text][name]` and `[name]`; `![][name]`, too, as word processors write pictures. */
const REFERENCE = /\[(?<text>[^[\]]{0,200})\](?:\[(?<name>[^[\]]{0,200})\])?/uy;
const FOOTNOTE = /\[\^[\p{L}\p{N}_-]{1,40}\]/uy;
/** The most open signs that a closing sign is compared with. */
const MAX_DEPTH = 20;

/** A run of signs of emphasis that waits for its partner. */
interface Opener {
  readonly start: number;
  readonly sign: string;
  length: number;
}

/** The spans of code in the inlines of a text: the signs, and the content. */
export function codeSpans(
  text: string,
  inlines: readonly Range[],
): { readonly findings: Found[]; readonly code: Range[] } {
  const findings: Found[] = [];
  const code: Range[] = [];
  if (!text.includes("`")) return { findings, code };
  for (const { start, end } of inlines) {
    const runs = Array.from(
      text.slice(start, end).matchAll(/`+/g),
      ({ 0: run, index }) => ({ start: start + index, end: start + index + run.length }),
    );
    // For each length, the runs of it from the last to the first.
    const byLength = new Map<number, Range[]>();
    for (const run of [...runs].reverse()) {
      const length = run.end - run.start;
      if (!byLength.has(length)) byLength.set(length, []);
      byLength.get(length)!.push(run);
    }
    let done = start;
    for (const run of runs) {
      const same = byLength.get(run.end - run.start)!;
      same.pop();
      if (run.start < done || text.charAt(run.start - 1) === "\\") continue;
      const partner = same.at(-1);
      if (partner === undefined) continue;
      findings.push(markdown(run.start, run.end, ""), markdown(partner.start, partner.end, ""));
      code.push({ start: run.end, end: partner.start });
      done = partner.end;
    }
  }
  return { findings, code };
}

/** The other signs, outside the stretches to skip (code and tags, in order). */
export function inlineSigns(
  text: string,
  { inlines, definitions }: Blocks,
  skipped: readonly Range[],
): Found[] {
  const findings: Found[] = [];
  let skip = 0;
  for (const { start, end } of inlines) {
    const content = text.slice(start, end);
    const openers: Opener[] = [];
    let address: Range | undefined;
    const mark: Mark = (from, to, suggestion = "") =>
      void findings.push(markdown(start + from, start + to, suggestion));
    TOKEN.lastIndex = 0;
    for (let token; (token = TOKEN.exec(content)) !== null;) {
      const { 0: sign, index } = token;
      if (address !== undefined && index >= address.start && index < address.end) {
        TOKEN.lastIndex = address.end;
        continue;
      }
      while (skip < skipped.length && skipped[skip]!.end <= start + index) skip++;
      if (skip < skipped.length && skipped[skip]!.start <= start + index) {
        TOKEN.lastIndex = skipped[skip]!.end - start;
      } else if (sign.startsWith("\\")) mark(index, index + 2, sign.charAt(1));
      else if (sign.startsWith("<")) {
        mark(index, index + 1);
        mark(index + sign.length - 1, index + sign.length);
      } else if (sign.endsWith("[")) {
        address = markLink(content, index, sign, definitions, mark) ?? address;
      } else if (/^[*_~]/.test(sign)) markRun(content, index, sign, openers, mark);
    }
    markLost(content, openers, mark);
  }
  return findings;
}

/** The text without its spans of code, in which signs are no markup. */
export function withoutCode(text: string): string {
  const { code } = codeSpans(text, [{ start: 0, end: text.length }]);
  const pieces: string[] = [];
  let done = 0;
  for (const { start, end } of code) {
    pieces.push(text.slice(done, start));
    done = end;
  }
  return pieces.join("") + text.slice(done);
}

/** Whether a sign at the end of a text still waits for its partner. */
export function isOpen(text: string): boolean {
  if (!/[<[*_~`]/.test(text)) return false;
  if (/<[A-Za-z/!?][^<>]*$|\[[^\]]*$|\]\([^)]*$/.test(withoutCode(text))) return true;
  const inlines = [{ start: 0, end: text.length }];
  const { findings, code } = codeSpans(text, inlines);
  if ((text.match(/`+/g)?.length ?? 0) > findings.length + code.length) return true;
  const openers: Opener[] = [];
  for (const { 0: sign, index } of text.matchAll(TOKEN)) {
    if (code.some(({ start, end }) => index >= start && index < end)) continue;
    if (/^[*_~]/.test(sign)) markRun(text, index, sign, openers, () => {});
  }
  return openers.length > 0;
}

type Mark = (from: number, to: number, suggestion?: string) => void;

/**
 * A link, an image or a reference leaves its text; a footnote leaves nothing.
 *
 * @returns The address, which holds no signs.
 */
function markLink(
  content: string,
  index: number,
  sign: string,
  definitions: ReadonlySet<string>,
  mark: Mark,
): Range | undefined {
  const bracket = index + sign.length - 1;
  FOOTNOTE.lastIndex = LINK.lastIndex = REFERENCE.lastIndex = bracket;
  if (FOOTNOTE.test(content)) {
    mark(bracket, FOOTNOTE.lastIndex);
    return { start: bracket, end: FOOTNOTE.lastIndex };
  }
  const link = LINK.exec(content);
  const reference = link === null ? REFERENCE.exec(content) : null;
  const { text, name } = (link ?? reference)?.groups ?? {};
  if (text === undefined) return undefined;
  if (reference !== null && !definitions.has((name || text).toLowerCase())) return undefined;
  mark(index, bracket + 1);
  const tail = bracket + 1 + text.length;
  const end = link === null ? REFERENCE.lastIndex : LINK.lastIndex;
  mark(tail, end);
  return { start: tail, end };
}

/** Pairs a run of signs of emphasis with runs that wait for a partner, or lets it wait. */
function markRun(
  content: string,
  index: number,
  run: string,
  openers: Opener[],
  mark: Mark,
): void {
  const sign = run.charAt(0);
  if (sign === "~" ? run.length !== 2 : run.length > 3) return;
  const before = content.charAt(index - 1);
  const after = content.charAt(index + run.length);
  const inWord = isWord(before) && isWord(after);
  // "мон**гол**", "~~үг~~ийг". Other signs open nothing inside a word, and close there what began at its border: "*Ертөнц*ийн".
  const isFree = sign !== "_" && run.length > 1;
  // "snake_case", "5*3", "2**8"
  const digits = isFree ? /\p{N}{2}/u : /\p{N}/u;
  if (inWord && (run === "_" || digits.test(before + after))) return;
  const opens = /\S/.test(after) && (inWord ? isFree : !isWord(before));
  const closes = /\S/.test(before) && (inWord || !isWord(after));
  let left = run.length;
  const lowest = closes ? Math.max(0, openers.length - MAX_DEPTH) : openers.length;
  for (let i = openers.length - 1; i >= lowest && left > 0; i--) {
    const opener = openers[i]!;
    if (opener.sign !== sign) continue;
    // "х**н үнэ*": one and two are no pair, unless three hold both.
    if (opener.length !== left && opener.length < 3 && left < 3) continue;
    const used = Math.min(opener.length, left);
    opener.length -= used;
    mark(opener.start + opener.length, opener.start + opener.length + used);
    mark(index + run.length - left, index + run.length - left + used);
    left -= used;
    openers.length = opener.length > 0 ? i + 1 : i;
  }
  if (left > 0 && opens) openers.push({ start: index + run.length - left, sign, length: left });
  else if (left > 1 && closes && !inWord && isWord(before)) mark(index, index + run.length);
}

/** Double signs at the start of a word that never found their partner. */
function markLost(content: string, openers: readonly Opener[], mark: Mark): void {
  for (const { start, length } of openers) {
    if (length < 2 || isWord(content.charAt(start - 1))) continue;
    if (/[\p{L}\p{N}"«“(]/u.test(content.charAt(start + length))) mark(start, start + length);
  }
}

function isWord(character: string): boolean {
  return /[\p{L}\p{M}\p{N}]/u.test(character);
}
