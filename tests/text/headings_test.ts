import { assertEquals } from "@std/assert";
import { blocks } from "../../src/text/markup/blocks.ts";

Deno.test("blocks finds the headings outside code, <pre>, quotations and front matter", () => {
  const text = [
    "---\n# тайлбар\ntitle: Ном\n---",
    "# Нэг",
    "<pre>\n# биш\n\n# биш</pre>",
    "<PRE class=a># биш</PRE>",
    "## Хоёр",
    "```\n# биш\n```",
    "> # биш",
    "### Гурав",
  ].join("\n");
  const headings = blocks(text).headings.map(({ start, end }) => text.slice(start, end));
  assertEquals(headings, ["# Нэг", "## Хоёр", "### Гурав"]);
  assertEquals(blocks("\ufeff# Нэг\nҮг").headings, [{ start: 1, end: 6 }]);
});
