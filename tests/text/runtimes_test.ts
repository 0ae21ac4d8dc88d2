import { fileURLToPath } from "node:url";
import { assert, assertEquals } from "@std/assert";
import { find } from "../support/runtimes.ts";

const mod = new URL("../../src/text/mod.ts", import.meta.url);
const declaration = fileURLToPath(new URL("../../examples/demo/udhr-mn.txt", import.meta.url));

/** Prints what the text and some hostile ones come to. */
const PROGRAM = `
import { readFileSync } from "node:fs";
import { checkText, repairText, splitSentences, splitText } from ${
  JSON.stringify(fileURLToPath(mod))
};
const texts = [
  readFileSync(process.argv[2], "utf8"),
  '"Сайн уу?" гэж А. Амар асуув. 3.5 км… Тийм! नमस्ते। ठीक। 你好。',
  "хїн Мoнгол 👨‍👩‍👧 Fаcebook х?н \\u200b gogo.mn",
  "б" + "a".repeat(300_000),
  "😀".repeat(150_000),
  "ᠮ ".repeat(150_000),
  "क। ".repeat(50_000),
];
console.log(JSON.stringify(texts.map((text) => [
  splitText(text, { maxCharacters: 120 }).map(({ end, boundary, pause }) => [end, boundary, pause]),
  splitSentences(text).length,
  checkText(text).map(({ kind, start, end }) => [kind, start, end]),
  repairText(text).length,
])));
`;

// esbuild's process ends a little after stop(): the sanitizers would take it for a leak.
const bundling = { sanitizeOps: false, sanitizeResources: false };

Deno.test("The text module does the same on Deno, Node and Bun", bundling, async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/program.mjs`;
    await Deno.writeTextFile(file, await bundle(PROGRAM));
    const onDeno = await run(Deno.execPath(), ["run", "--allow-read", file, declaration]);
    assert(onDeno.startsWith("[[[["), onDeno.slice(0, 100));
    for (const [name, variable] of [["node", "TSETSEN_NODE"], ["bun", "TSETSEN_BUN"]] as const) {
      const output = await run(find(name, variable), [file, declaration]);
      if (output !== onDeno) throw new Error(`${name} differs: ${difference(output, onDeno)}`);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test(
  "The text module is tree-shakable and asks for nothing of a runtime",
  bundling,
  async () => {
    const path = JSON.stringify(fileURLToPath(mod));
    const whole = await bundle(`export * from ${path};`);
    assertEquals(/\b(?:Deno|process|window|fetch|require)\b|\bimport\b/.test(whole), false);
    const count = await bundle(`export { countCharacters } from ${path};`);
    assert(count.length < 700, `${count.length} bytes for countCharacters alone`);
    const split = await bundle(`export { splitText } from ${path};`);
    assertEquals(split.includes("latin-letter"), false);
  },
);

async function bundle(contents: string): Promise<string> {
  const esbuild = await import("esbuild");
  try {
    const { outputFiles } = await esbuild.build({
      stdin: { contents, loader: "ts", resolveDir: "/" },
      bundle: true,
      minify: true,
      charset: "utf8",
      format: "esm",
      platform: "node",
      write: false,
      logLevel: "silent",
    });
    return outputFiles[0]!.text;
  } finally {
    await esbuild.stop();
  }
}

async function run(command: string, args: string[]): Promise<string> {
  const { stdout, stderr, success } = await new Deno.Command(command, {
    args,
    signal: AbortSignal.timeout(120_000),
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

function difference(a: string, b: string): string {
  let at = 0;
  while (a[at] === b[at]) at++;
  return `${a.slice(at, at + 60)} | ${b.slice(at, at + 60)}`;
}
