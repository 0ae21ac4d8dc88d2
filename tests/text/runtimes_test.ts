import { fileURLToPath } from "node:url";
import { assert, assertEquals } from "@std/assert";
import { find } from "../support/runtimes.ts";

const mod = new URL("../../src/text/mod.ts", import.meta.url);
const declaration = fileURLToPath(new URL("../../examples/demo/udhr-mn.txt", import.meta.url));

/** The corpus, as it stands in its files. */
const corpus = ["news", "law", "chat", "dialogue", "lists", "markdown", "transcripts"]
  .map((kind) => fileURLToPath(new URL(`corpus/${kind}.txt`, import.meta.url)));

/** Prints what the text and some hostile ones come to. */
const PROGRAM = `
import { readFileSync } from "node:fs";
import {
  checkText, MarkupStripper, repairText, splitSentences, splitText, stripMarkup,
} from ${JSON.stringify(fileURLToPath(mod))};
const texts = [
  readFileSync(process.argv[2], "utf8"),
  '"Сайн уу?" гэж А. Амар асуув. 3.5 км… Тийм! नमस्ते। ठीक। 你好。',
  "хїн Мoнгол 👨‍👩‍👧 Fаcebook х?н \\u200b gogo.mn",
  "б" + "a".repeat(300_000),
  "😀".repeat(150_000),
  "ᠮ ".repeat(150_000),
  "क। ".repeat(50_000),
  ...process.argv.slice(3).map((file) => readFileSync(file, "utf8")),
  "тэр гарав.Ээж нь хоцров. би ирлээ. Замд 5 мин. 30 сек. M.Баяр яв-\\nсан. <p>Ном &mdash; гэр</p>",
  "**а ".repeat(20_000),
  "> ".repeat(150_000),
  "<a b='".repeat(50_000),
  "&" + "amp;".repeat(20_000),
  "|а".repeat(50_000) + "|",
];
function streamed(text) {
  const stripper = new MarkupStripper();
  let result = "";
  for (let at = 0; at < text.length; at += 64) result += stripper.push(text.slice(at, at + 64));
  return result + stripper.flush();
}
function hash(text) {
  let sum = 0;
  for (let i = 0; i < text.length; i++) sum = (sum * 31 + text.charCodeAt(i)) | 0;
  return [text.length, sum];
}
console.log(JSON.stringify(texts.map((text) => [
  splitText(text, { maxCharacters: 120 }).map(({ end, boundary, pause }) => [end, boundary, pause]),
  splitSentences(text).map(({ end }) => end),
  checkText(text).map(({ kind, start, end }) => [kind, start, end]),
  hash(repairText(text)),
  hash(stripMarkup(text)),
  hash(streamed(text)),
])));
`;

// esbuild's process ends a little after stop(): the sanitizers would take it for a leak.
const bundling = { sanitizeOps: false, sanitizeResources: false };

Deno.test("The text module does the same on Deno, Node and Bun", bundling, async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/program.mjs`;
    await Deno.writeTextFile(file, await bundle(PROGRAM));
    const onDeno = await run(Deno.execPath(), [
      "run",
      "--allow-read",
      file,
      declaration,
      ...corpus,
    ]);
    assert(onDeno.startsWith("[[[["), onDeno.slice(0, 100));
    for (const [name, variable] of [["node", "TSETSEN_NODE"], ["bun", "TSETSEN_BUN"]] as const) {
      const output = await run(find(name, variable), [file, declaration, ...corpus]);
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
