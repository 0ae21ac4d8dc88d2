// The tarball itself: its files, its exports and its types.

import type { InstalledPackage } from "./pack.ts";
import { ROOT, run, tool } from "./tools.ts";

/** What is wrong with the package; empty when all is well. */
export async function checkPackage(sdk: InstalledPackage): Promise<string[]> {
  const problems: string[] = [];
  const checks = { checkFiles, checkExports, checkTypes, checkPublint, checkResolution };
  for (const [name, check] of Object.entries(checks)) {
    try {
      problems.push(...(await check(sdk)).map((problem) => `package: ${problem}`));
    } catch (error) {
      problems.push(`package: ${name}: ${error instanceof Error ? error.message : error}`);
    }
  }
  return problems;
}

async function checkFiles({ tarball }: InstalledPackage): Promise<string[]> {
  const files = (await run(["tar", "tzf", tarball])).trim().split("\n");
  const strangers = files.filter((file) =>
    /(_test\.|\/tests?\/|\/examples\/|\/bench\/|\/\.)/.test(file) || /(?<!\.d)\.ts$/.test(file)
  );
  const wanted = ["LICENSE", "README.md", "CHANGELOG.md"].map((file) => `package/${file}`);
  return [
    ...strangers.map((file) => `${file} does not belong there`),
    ...wanted.filter((file) => !files.includes(file)).map((file) => `${file} is missing`),
  ];
}

async function checkExports({ folder }: InstalledPackage): Promise<string[]> {
  const own = Object.keys(await subpaths());
  const path = `${folder}/node_modules/@tsetsen/sdk/package.json`;
  const { exports, bin } = JSON.parse(await Deno.readTextFile(path));
  if (bin?.tsetsen === undefined) return ["there is no command tsetsen"];
  return own.filter((name) => !exports[name]?.types || !exports[name]?.default)
    .map((name) => `the exports map lacks ${name} or its types`);
}

/** Every subpath compiles in the strictest settings, with the types of browsers and nothing else. */
async function checkTypes({ folder }: InstalledPackage): Promise<string[]> {
  const names = Object.keys(await subpaths()).map((name) => `@tsetsen/sdk${name.slice(1)}`);
  const lines = names.map((name, index) => `export * as entry${index} from "${name}";`);
  // A type that cannot be resolved is "any", and compiles: a wrong use that must not compile tells.
  lines.push(
    'import { Client, type StatusUpdate } from "@tsetsen/sdk";',
    "export const wrong = (client: Client, update: StatusUpdate): void => {",
    "  // @ts-expect-error a number is no request",
    "  void client.generateSpeech(1);",
    "  // @ts-expect-error an update has no such field",
    "  void update.nothing;",
    "};",
  );
  await Deno.writeTextFile(`${folder}/types.ts`, lines.join("\n"));
  const problems: string[] = [];
  for (const resolution of [["nodenext", "nodenext"], ["esnext", "bundler"]] as const) {
    const config = {
      compilerOptions: {
        strict: true,
        exactOptionalPropertyTypes: true,
        noUncheckedIndexedAccess: true,
        skipLibCheck: false,
        types: [],
        lib: ["DOM", "DOM.Iterable", "DOM.AsyncIterable", "ESNext"],
        target: "esnext",
        module: resolution[0],
        moduleResolution: resolution[1],
        noEmit: true,
      },
      files: ["types.ts"],
    };
    await Deno.writeTextFile(`${folder}/tsconfig.json`, JSON.stringify(config));
    await run([tool(".bin/tsc"), "-p", `${folder}/tsconfig.json`], folder)
      .catch((error) => problems.push(`types (${resolution[1]}): ${error.message}`));
  }
  return problems;
}

async function checkPublint({ folder }: InstalledPackage): Promise<string[]> {
  await run([tool(".bin/publint"), "run", "--strict", `${folder}/node_modules/@tsetsen/sdk`]);
  return [];
}

async function checkResolution({ tarball }: InstalledPackage): Promise<string[]> {
  // There is no CommonJS: require() of it is for Node from 22.12 on.
  await run([tool(".bin/attw"), tarball, "--profile", "esm-only", "--format", "ascii"]);
  return [];
}

async function subpaths(): Promise<Record<string, string>> {
  return JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`)).exports;
}
