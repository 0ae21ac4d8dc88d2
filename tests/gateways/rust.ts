// The server of Rust, which takes minutes to build.

import { ROOT, run } from "../hosts/tools.ts";
import type { Gateway } from "./gateways.ts";
import { startServer } from "./server.ts";
import { FOLDER } from "./tools.ts";

const VERSION = "0.14.9";

/** tonic-web, built from the project's contract. */
export async function rust(): Promise<Gateway[]> {
  const folder = `${FOLDER}/rust`;
  await Deno.mkdir(`${folder}/src`, { recursive: true });
  await Deno.mkdir(`${folder}/proto`, { recursive: true });
  const from = `${ROOT}tests/gateways/servers/rust`;
  for (const name of ["Cargo.toml", "build.rs", "src/main.rs"]) {
    await Deno.copyFile(`${from}/${name}`, `${folder}/${name}`);
  }
  await Deno.copyFile(
    `${ROOT}proto/tsetsen/api/v1/tsetsen_tts.proto`,
    `${folder}/proto/tsetsen_tts.proto`,
  );
  await run(["cargo", "build", "--quiet"], folder);
  return [{
    name: "tonic-web",
    version: VERSION,
    setting: "`accept_http1(true)`; a CORS layer for pages",
    start: () => startServer(`${folder}/target/debug/servers`, []),
  }];
}
