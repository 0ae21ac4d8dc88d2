// Runs tests with the highest versions of the published range: deno.json names the lowest.
//
//   deno run -A tests/package/highest.ts [FILE]...    Default: those of native gRPC and of Connect

import { CONNECT_VERSIONS, PROTOBUF_VERSIONS } from "../../.ci/manifest.ts";
import { ROOT } from "./lab.ts";

const DEFAULT = ["tests/grpc", "tests/connect"].map((folder) => `${ROOT}${folder}`);

const { imports, compilerOptions, allowScripts } = JSON.parse(
  await Deno.readTextFile(`${ROOT}deno.json`),
);
const folder = await Deno.makeTempDir();
const config = `${folder}/deno.json`;
for (const name of ["connect", "connect-web", "connect-node"]) {
  imports[`@connectrpc/${name}`] = `npm:@connectrpc/${name}@${CONNECT_VERSIONS.highest}`;
}
imports["@bufbuild/protobuf"] = `npm:@bufbuild/protobuf@${PROTOBUF_VERSIONS.highest}`;
await Deno.writeTextFile(config, JSON.stringify({ imports, compilerOptions, allowScripts }));
const files = Deno.args.length > 0 ? Deno.args : DEFAULT;
const options = ["--sanitize-ops", "--sanitize-resources", "--trace-leaks"];
const { code } = await new Deno.Command(Deno.execPath(), {
  args: ["test", "-A", "--config", config, "--no-lock", ...options, ...files],
  cwd: ROOT,
  env: { TSETSEN_API_KEY: "", TSETSEN_API_ENDPOINT: "" },
}).spawn().status;
await Deno.remove(folder, { recursive: true });
Deno.exit(code);
