// The types of the packed package: every subpath compiles with the oldest and the newest TypeScript, with the types of
// browsers and with those of Node, and nothing else.

import { assertEquals } from "@std/assert";
import { CONNECT_VERSIONS } from "../../.ci/manifest.ts";
import { find } from "../support/runtimes.ts";
import { project, ROOT, run, tools } from "./lab.ts";

/** Uint8Array is generic from 5.7 on, and the package's types say so. */
const TYPESCRIPTS = ["5.7.3", "5.9.3", "7.0.2"];

const SUBPATHS = Object.keys(JSON.parse(Deno.readTextFileSync(`${ROOT}deno.json`)).exports)
  .map((name) => `@tsetsen/sdk${name.slice(1)}`);

const SOURCE = [
  ...SUBPATHS.map((name, index) => `export * as entry${index} from "${name}";`),
  // A type that cannot be resolved is "any", and compiles: a wrong use that must not compile tells.
  'import { Client, type StatusUpdate } from "@tsetsen/sdk";',
  'import { Client as LeanClient } from "@tsetsen/sdk/lean";',
  'import { grpcTransport } from "@tsetsen/sdk/grpc";',
  "export async function right(client: Client | LeanClient, text: string): Promise<number> {",
  '  const { requestId } = await client.generateSpeech({ text, voiceId: "v", speed: undefined });',
  "  for await (const { status } of client.watchStatus(requestId)) void status.toFixed();",
  "  let size = 0;",
  '  for await (const chunk of client.streamSpeech({ text, voiceId: "v" })) size += chunk.length;',
  "  return size;",
  "}",
  "export const native: Client = new Client({ transport: grpcTransport({ ca: undefined }) });",
  "export const wrong = (client: Client | LeanClient, update: StatusUpdate): void => {",
  "  // @ts-expect-error a number is no request",
  "  void client.generateSpeech(1);",
  "  // @ts-expect-error an update has no such field",
  "  void update.nothing;",
  "};",
];

const SETTINGS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "a browser": { lib: ["ES2022", "DOM"], types: [] },
  "a browser, by a bundler": {
    lib: ["ES2022", "DOM"],
    types: [],
    module: "esnext",
    moduleResolution: "bundler",
  },
  "Node, without DOM": { lib: ["ES2022"], types: ["node"] },
  "Node and DOM": { lib: ["ESNext", "DOM", "DOM.Iterable"], types: ["node"] },
  "CommonJS of old": {
    lib: ["ES2022"],
    types: ["node"],
    module: "commonjs",
    moduleResolution: "node10",
  },
};

for (const connect of Object.values(CONNECT_VERSIONS)) {
  Deno.test(`Every subpath compiles with Connect ${connect}`, async (t) => {
    await using lab = await project({
      "@types/node": "26",
      "@connectrpc/connect": connect,
      "@connectrpc/connect-web": connect,
    });
    const { folder } = lab;
    await Deno.writeTextFile(`${folder}/use.ts`, SOURCE.join("\n"));
    for (const version of TYPESCRIPTS) {
      await t.step(`with TypeScript ${version}`, async () => {
        const typescript = await tools(`typescript-${version}`, { typescript: version });
        const tsc = `${typescript}/node_modules/typescript/bin/tsc`;
        for (const [name, settings] of Object.entries(SETTINGS)) {
          // The newest types of Node and the DOM of TypeScript 5.7 contradict each other by themselves.
          if (version === "5.7.3" && name === "Node and DOM") continue;
          // TypeScript 7 has no such resolution any more.
          if (version.startsWith("7.") && name === "CommonJS of old") continue;
          const compilerOptions = {
            strict: true,
            exactOptionalPropertyTypes: true,
            noUncheckedIndexedAccess: true,
            skipLibCheck: false,
            target: "es2022",
            module: "nodenext",
            moduleResolution: "nodenext",
            noEmit: true,
            ...settings,
          };
          const config = JSON.stringify({ compilerOptions, files: ["use.ts"] });
          await Deno.writeTextFile(`${folder}/tsconfig.json`, config);
          const { stdout } = await run([find("node", "TSETSEN_NODE"), tsc, "-p", folder], folder);
          assertEquals(stdout, "", name);
        }
      });
    }
  });
}

Deno.test("The declarations behind ./lean name neither Connect nor protobuf", async () => {
  await using lab = await project();
  const seen = new Set<string>();
  const package_ = `${lab.folder}/node_modules/@tsetsen/sdk`;
  const queue = ["src/lean/mod.d.ts"];
  const strangers: string[] = [];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    const source = await Deno.readTextFile(`${package_}/${file}`);
    const text = source.replaceAll(/\/\*.*?\*\//gs, "");
    for (const [, name = ""] of text.matchAll(/from "([^"]+)"|import\("([^"]+)"\)/g)) {
      if (!name.startsWith(".")) strangers.push(`${file}: ${name}`);
      else queue.push(new URL(name, `file:///${file}`).pathname.slice(1).replace(/\.js$/, ".d.ts"));
    }
  }
  assertEquals(strangers, []);
  assertEquals(seen.size > 10, true);
});
