// The lowest and the highest version of each package in the published range: installed for real, and used.

import { assert, assertEquals } from "@std/assert";
import { CONNECT_VERSIONS, PROTOBUF_VERSIONS } from "../../.ci/manifest.ts";
import { startEmulator } from "../../src/emulator/mod.ts";
import { serveGrpc } from "../../src/emulator/native.ts";
import { find } from "../support/runtimes.ts";
import { must, project, ROOT, versionOf } from "./lab.ts";

const MEGABYTE = 2 ** 20;
/** Connect 2.3.0 keeps every message until the stream ends: without care all of this stays in memory. */
const STREAM_BYTES = Number(Deno.env.get("TSETSEN_STREAM_MB") ?? 112) * MEGABYTE;

const WAYS = [
  ["default", "plain"],
  ["default", "intercepted"],
  ["lean", "plain"],
  ["grpc", "plain"],
  ["grpc", "intercepted"],
] as const;

for (const end of ["lowest", "highest"] as const) {
  const connect = CONNECT_VERSIONS[end];
  const protobuf = PROTOBUF_VERSIONS[end];
  Deno.test(`The packed package works with the ${end} versions of its range, on Node and Bun`, async () => {
    await using lab = await project({
      "@bufbuild/protobuf": protobuf,
      "@connectrpc/connect": connect,
      "@connectrpc/connect-node": connect,
      "@connectrpc/connect-web": connect,
    });
    for (const name of ["connect", "connect-node", "connect-web"]) {
      assertEquals(await versionOf(lab, `@connectrpc/${name}`), connect);
    }
    assertEquals(await versionOf(lab, "@bufbuild/protobuf"), protobuf);
    await Deno.copyFile(`${ROOT}tests/package/programs/smoke.mjs`, `${lab.folder}/smoke.mjs`);
    await using emulator = await startEmulator({
      queueTime: 0,
      pace: 0,
      streamBytes: STREAM_BYTES,
      streamChunkBytes: 65_536,
    });
    await using native = await serveGrpc(emulator);
    for (const runtime of ["node", "bun"] as const) {
      const program = find(runtime, `TSETSEN_${runtime.toUpperCase()}`);
      for (const [speak, interceptors] of WAYS) {
        const endpoint = speak === "grpc" ? native.url : emulator.url;
        const said = await must([program, "smoke.mjs", speak, endpoint, interceptors], lab.folder);
        const { growth, ...result } = JSON.parse(said);
        const about = `${runtime}, ${speak}, ${interceptors}`;
        assertEquals({ about, ...result }, {
          about,
          speak,
          voices: true,
          status: 3,
          credits: "number",
          refused: ["ResourceNotFoundError", "no"],
          bytes: STREAM_BYTES,
          ...interceptors === "intercepted" && { seen: 5 },
        });
        if (Deno.env.has("TSETSEN_STREAM_MB")) console.log(connect, about, growth);
        assert(growth < 64 * MEGABYTE, `${about}: the resident set grew by ${growth} bytes`);
      }
    }
  });
}
