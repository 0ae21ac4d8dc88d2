// The public entry: what it exports, and what it must not bring along.

import { assert, assertEquals } from "@std/assert";
import * as esbuild from "esbuild";
import * as sdk from "../mod.ts";
import config from "../deno.json" with { type: "json" };

const ROOT = new URL("..", import.meta.url).pathname;

// The process of esbuild ends a little after stop().
const ESBUILD = { sanitizeOps: false, sanitizeResources: false };

Deno.test("mod.ts exports these values and no others", () => {
  assertEquals(Object.keys(sdk).toSorted(), [
    "AudioDownload",
    "AudioStream",
    "AuthenticationError",
    "BYTES_PER_SAMPLE",
    "BaseClient",
    "Client",
    "ClientClosedError",
    "ConnectionError",
    "DEFAULT_ENDPOINT",
    "Gender",
    "InsufficientCreditsError",
    "InvalidRequestError",
    "Job",
    "JobFailedError",
    "PermissionDeniedError",
    "RateLimitExceededError",
    "RequestStatus",
    "ResourceNotFoundError",
    "SAMPLE_RATE",
    "ServerError",
    "ServiceUnavailableError",
    "SpeechStream",
    "TimeoutError",
    "TsetsenError",
    "VERSION",
    "WAV_HEADER_BYTES",
    "audioFormat",
    "encodeWav",
    "interruptedJobs",
    "isSafeToRetry",
    "repairWav",
    "retry",
    "wavHeader",
  ]);
});

Deno.test("VERSION is that of deno.json, and DEFAULT_ENDPOINT the documented one", () => {
  assertEquals(sdk.VERSION, config.version);
  assertEquals(sdk.DEFAULT_ENDPOINT, "api.tsetsen.ai:50051");
});

/** The files of this package that are part of `mod.ts`, and what they import from elsewhere. */
async function parts(): Promise<{ files: string[]; packages: Set<string> }> {
  const { metafile } = await esbuild.build({
    entryPoints: ["mod.ts"],
    absWorkingDir: ROOT,
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    packages: "external",
  });
  await esbuild.stop();
  const imports = Object.values(metafile.inputs).flatMap((input) => input.imports);
  const packages = imports.filter(({ external }) => external).map(({ path }) => path);
  return { files: Object.keys(metafile.inputs), packages: new Set(packages) };
}

Deno.test({
  name: "mod.ts brings along no optional capability, and only the documented packages",
  ...ESBUILD,
  async fn() {
    const { files, packages } = await parts();
    // The core is these layers; each capability has a folder of its own.
    for (const file of files) {
      assert(
        /^(mod|gen\/.+|src\/(lib|contract|transport|call|audio|connect)\/(\w+\/)?\w+|src\/\w+)\.ts$/
          .test(
            file,
          ),
        file,
      );
    }
    assert(files.includes("src/client.ts"));
    for (const name of packages) {
      assert(/^@(bufbuild\/protobuf|connectrpc\/connect(-web)?)(\/|$)/.test(name), name);
    }
  },
});

Deno.test({
  name: "mod.ts and the files behind it name no runtime of their own",
  ...ESBUILD,
  async fn() {
    const { files } = await parts();
    for (const file of files.filter((name) => !name.startsWith("gen/"))) {
      const source = await Deno.readTextFile(`${ROOT}${file}`);
      const code = source.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
      assert(!/\b(Deno|Bun|Buffer|navigator)\b|"node:|console\./.test(code), file);
      // The environment is read in one place.
      assertEquals(/\bprocess\b/.test(code), file === "src/lib/runtime.ts", file);
    }
  },
});
