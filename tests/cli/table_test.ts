import { assertEquals } from "@std/assert";
import { table } from "../../src/cli/terminal/table.ts";

Deno.test("table gives many rows the columns of the widest, wherever it stands", () => {
  const cells = ["а", "хүн", "日本語", "e\u0301", "🎉🎉", ""];
  for (const count of [0, 1, 49, 50, 51, 120]) {
    for (const wide of [0, count - 1]) {
      const rows = Array.from({ length: count }, (_, i) => [
        `${i}`,
        i === wide ? "the widest of all" : cells[i % cells.length] as string,
        "end",
      ]);
      const lines = table(["N", "WORD", "LAST"], rows).split("\n");
      assertEquals(lines.length, count + 1);
      assertEquals(lines.filter((line) => / {2}(?:end|LAST)$/.test(line)).length, count + 1);
      // Characters of one column only tell where a column begins.
      const plain = lines.slice(1).filter((line) => /^[\w\s\u0400-\u04ff]+$/.test(line));
      assertEquals(new Set(plain.map((line) => line.indexOf("end"))).size, count > 0 ? 1 : 0);
    }
  }
});
