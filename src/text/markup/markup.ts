import { blocks } from "./blocks.ts";
import { entities } from "./entities.ts";
import type { Found } from "../findings/finding.ts";
import { codeSpans, inlineSigns } from "./inline.ts";
import { apart, outside } from "./ranges.ts";
import { tags } from "./tags.ts";

/**
 * The markup of a text, in order and apart: Markdown, tags, character references.
 *
 * @param isOwn Whether the text is the author's own. Its comments, scripts and styles then hide their content.
 */
export function markup(text: string, isOwn: boolean): Found[] {
  if (!/[&<>`*_~#[\]|\\=+]|--/.test(text)) return [];
  const read = blocks(text);
  const spans = codeSpans(text, read.inlines);
  const code = apart([...read.code, ...spans.code]);
  const tagged = outside(tags(text, isOwn), code);
  const skipped = apart([...code, ...tagged]);
  return apart([
    ...read.findings,
    ...spans.findings,
    ...tagged,
    ...inlineSigns(text, read, skipped),
    ...outside(entities(text), skipped),
  ]);
}
