// The packed package: its package.json is what was meant, and its files are those that users need.

import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  CONNECT_RANGE,
  CONNECT_VERSIONS,
  MANIFEST,
  PROTOBUF_VERSIONS,
} from "../../.ci/manifest.ts";
import { INSTALL_COMMAND } from "../../src/grpc/connect_node.ts";
import { must, packed, ROOT } from "./lab.ts";

async function unpacked(): Promise<string> {
  const folder = await Deno.makeTempDir();
  await must(["tar", "-xzf", await packed(), "-C", folder], folder);
  return `${folder}/package`;
}

async function* files(folder: string, prefix = ""): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(`${folder}/${prefix}`)) {
    if (isDirectory) yield* files(folder, `${prefix}${name}/`);
    else yield prefix + name;
  }
}

Deno.test("The packed package.json says what was meant", async () => {
  const folder = await unpacked();
  try {
    const { exports, typesVersions, ...rest } = JSON.parse(
      await Deno.readTextFile(`${folder}/package.json`),
    );
    const config = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
    const { version, license } = config;
    const main = { main: "./mod.js", types: "./mod.d.ts" };
    assertEquals(rest, {
      name: "@tsetsen/sdk",
      version,
      type: "module",
      license,
      ...main,
      ...MANIFEST,
    });
    const expected = Object.entries<string>(config.exports).map(([name, source]) => {
      const path = source.replace(/\.ts$/, "");
      return [name, { types: `${path}.d.ts`, import: `${path}.js`, default: `${path}.js` }];
    });
    assertEquals(exports, { ...Object.fromEntries(expected), "./package.json": "./package.json" });
    const subpaths = Object.entries<string>(config.exports).slice(1)
      .map(([name, source]) => [name.slice(2), [source.replace(/\.ts$/, ".d.ts")]]);
    assertEquals(typesVersions, { "*": Object.fromEntries(subpaths) });
    const all = await Array.fromAsync(files(folder));
    const named = [
      ...Object.values<Record<string, string> | string>(exports)
        .flatMap((paths) => typeof paths === "string" ? [paths] : Object.values(paths)),
      rest.bin.tsetsen,
    ];
    assertEquals(named.filter((path) => !all.includes(path.slice(2))), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("The packed files hold no source map, no TypeScript and no path of the machine that packed them", async () => {
  const folder = await unpacked();
  try {
    const here = ROOT.replace(/\/$/, "");
    for await (const file of files(folder)) {
      assert(!/\.map$|(?<!\.d)\.ts$/.test(file), file);
      const text = await Deno.readTextFile(`${folder}/${file}`);
      assert(!text.includes("sourceMappingURL="), file);
      assert(!text.includes(here) && !text.includes("file:///"), file);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("deno.json names the lowest versions of the published ranges, and the manifest repeats its other dependencies", async () => {
  const { imports } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  for (const name of ["connect", "connect-web", "connect-node"]) {
    assertEquals(
      imports[`@connectrpc/${name}`],
      `npm:@connectrpc/${name}@${CONNECT_VERSIONS.lowest}`,
    );
  }
  const protobuf = `npm:@bufbuild/protobuf@${PROTOBUF_VERSIONS.lowest}`;
  assertEquals(imports["@bufbuild/protobuf"], protobuf);
  assertEquals(MANIFEST.dependencies["@bufbuild/protobuf"], `^${PROTOBUF_VERSIONS.lowest}`);
  for (const name of ["cli-progress", "cli-table3", "commander", "picocolors"] as const) {
    assertEquals(imports[name], `npm:${name}@${MANIFEST.dependencies[name]}`);
  }
  const [, low, next] = /^>=(\S+) <2\.(\d+)\.0$/.exec(CONNECT_RANGE) ?? [];
  assertEquals(low, CONNECT_VERSIONS.lowest);
  assertMatch(CONNECT_VERSIONS.highest, new RegExp(`^2\\.${Number(next) - 1}\\.`));
  assert(INSTALL_COMMAND.endsWith(`@${CONNECT_VERSIONS.highest.replace(/\.\d+$/, "")}`));
});

Deno.test("No file of src imports an entry that Connect marks private", async () => {
  const found: string[] = [];
  for await (const file of files(`${ROOT}src`)) {
    const text = await Deno.readTextFile(`${ROOT}src/${file}`);
    const [, name] = /["'](@connectrpc\/[\w-]+\/[^"']+)["']/.exec(text) ?? [];
    if (name !== undefined) found.push(`${file}: ${name}`);
  }
  assertEquals(found, []);
});
