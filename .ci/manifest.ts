/**
 * What the `package.json` on npm says beyond what `deno pack` writes. A test compares the packed file with it.
 *
 * @module
 */

/** The lowest and the highest version of each package of Connect that the tests run with. */
export const CONNECT_VERSIONS = { lowest: "2.2.0", highest: "2.3.0" } as const;

/** The same for protobuf-es. Its public API alone is used, so later versions are let in. */
export const PROTOBUF_VERSIONS = { lowest: "2.17.0", highest: "2.17.0" } as const;

/**
 * The published range of Connect. It ends where the tests end, because this package also depends on how Connect reads a
 * `Response` and a stream.
 */
export const CONNECT_RANGE = ">=2.2.0 <2.4.0";

/** Where the sources are. npm's provenance compares it with the repository that publishes. */
export const REPOSITORY = "https://github.com/tsetsen-ai/sdk-typescript";

/** The fields of `package.json` that `deno pack` has no place for, or gets wrong. */
export const MANIFEST = {
  description:
    "Mongolian text-to-speech by the Tsetsen service, for Node, Deno, Bun, Workers and browsers",
  keywords: ["tsetsen", "mongolian", "text-to-speech", "tts", "speech", "grpc-web"],
  homepage: `${REPOSITORY}#readme`,
  repository: { type: "git", url: `git+${REPOSITORY}.git` },
  bugs: `${REPOSITORY}/issues`,
  engines: { node: ">=20.16" },
  sideEffects: false,
  bin: { tsetsen: "./bin/tsetsen.js" },
  dependencies: {
    "@bufbuild/protobuf": "^2.17.0",
    "@connectrpc/connect": CONNECT_RANGE,
    "@connectrpc/connect-web": CONNECT_RANGE,
    "cli-progress": "^3.12.0",
    "cli-table3": "^0.6.5",
    "commander": "^14.0.3",
    "picocolors": "^1.1.1",
  },
  // What users of a subpath bring themselves: connect-node asks for Node 22, and would refuse to install on Node 20.
  peerDependencies: {
    "@connectrpc/connect-node": CONNECT_RANGE,
    "@mediabunny/aac-encoder": "^1.59.0",
    "@mediabunny/flac-encoder": "^1.58.1",
    "@mediabunny/mp3-encoder": "^1.61.0",
    "ai": ">=5.0.0 <8.0.0",
    "mediabunny": "^1.61.0",
  },
  peerDependenciesMeta: {
    "@connectrpc/connect-node": { optional: true },
    "@mediabunny/aac-encoder": { optional: true },
    "@mediabunny/flac-encoder": { optional: true },
    "@mediabunny/mp3-encoder": { optional: true },
    "ai": { optional: true },
    "mediabunny": { optional: true },
  },
} as const;
