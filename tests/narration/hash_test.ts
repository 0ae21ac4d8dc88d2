import { assertEquals } from "@std/assert";
import process from "node:process";
import { hash } from "../../src/narration/store/hash.ts";

/** SHA-256 of "abc": FIPS 180-2, appendix B.1. */
const ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

Deno.test("hash is the same by Node's module and by Web Crypto", async () => {
  const texts = ["abc", "", "Сайн байна уу?", "\ud83c", "ө".repeat(10_000)];
  const byNode = await Promise.all(texts.map(hash));
  const { getBuiltinModule } = process;
  const refuse = () => {
    throw new Error("not here");
  };
  for (const other of [() => undefined, refuse, true]) {
    process.getBuiltinModule = other as unknown as typeof getBuiltinModule;
    try {
      assertEquals(await Promise.all(texts.map(hash)), byNode);
    } finally {
      process.getBuiltinModule = getBuiltinModule;
    }
  }
  assertEquals(byNode[0], ABC);
});
