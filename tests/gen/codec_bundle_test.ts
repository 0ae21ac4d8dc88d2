// What the generated codecs bring into a bundle.

import { assertEquals } from "@std/assert";
import * as esbuild from "esbuild";

const FOLDER = new URL("../../gen/tsetsen/api/v1/", import.meta.url).pathname;

Deno.test({
  name: "tsetsen_tts_codec.ts brings the functions that are used, and no package",
  // The process of esbuild ends a little after stop().
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const { metafile, outputFiles } = await esbuild.build({
      stdin: {
        contents: `export { encodeCheckStatusRequest, decodeCheckStatusResponse }
          from "./tsetsen_tts_codec.ts"`,
        resolveDir: FOLDER,
      },
      bundle: true,
      write: false,
      metafile: true,
      format: "esm",
      packages: "external",
    });
    await esbuild.stop();
    const imports = Object.values(metafile.inputs).flatMap((input) => input.imports);
    const packages = imports.filter(({ external }) => external).map(({ path }) => path);
    assertEquals(packages, []);
    const functions = outputFiles[0]!.text.matchAll(/^function (\w+)/gm);
    assertEquals(Array.from(functions, ([, name]) => name).toSorted(), [
      "decodeCheckStatusResponse",
      "encodeCheckStatusRequest",
      "readCheckStatusResponse",
      "readCheckStatusResponse_Metrics",
    ]);
  },
});
