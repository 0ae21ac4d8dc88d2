import { sizeOf } from "../bundles.ts";
import type { Measured } from "../figures.ts";

const MODULES = {
  "default (mod.ts)": ["mod.ts", 48_000],
  "lean (src/lean/mod.ts)": ["src/lean/mod.ts", 22_000],
  "connect-web with the generated code": ["bench/clients/size_bare.ts", undefined],
} as const;

/** Bundles for the browser. */
export async function size(folder: string): Promise<Measured> {
  const sizes: { name: string; value: number; bound: number | undefined }[] = [];
  for (const [name, [source, bound]] of Object.entries(MODULES)) {
    sizes.push({ name, value: await sizeOf(source, folder), bound });
  }
  return {
    tables: [{
      title: "Bundle for the browser, minified, gzip -9",
      head: ["module with all that it imports", "bytes"],
      rows: sizes.map(({ name, value }) => [name, value.toLocaleString("en")]),
    }],
    figures: sizes.flatMap(({ name, value, bound }) =>
      bound === undefined
        ? []
        : [{ name: `${name}, bundle`, value, unit: "bytes", bound: ["≤", bound] }]
    ),
  };
}
