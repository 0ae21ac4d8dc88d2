// Runs the LiveKit plugin of examples/livekit on Node, with the real packages and the emulator: deno task test:livekit

import { pack } from "../../.ci/pack.ts";
import { ROOT, run } from "../hosts/tools.ts";
import { find } from "../support/runtimes.ts";

const PACKAGES = ["@livekit/agents@1.9.0", "@livekit/rtc-node@0.13.34", "zod@4"];

const folder = await Deno.makeTempDir();
try {
  await Deno.writeTextFile(`${folder}/package.json`, '{ "private": true, "type": "module" }');
  await pack(`${folder}/sdk.tgz`);
  const options = ["--no-package-lock", "--no-audit", "--no-fund"];
  await run(["npm", "install", ...options, ...PACKAGES, `${folder}/sdk.tgz`], folder);
  await Deno.copyFile(`${ROOT}examples/livekit/tts.mjs`, `${folder}/tts.mjs`);
  await Deno.copyFile(`${ROOT}examples/livekit/cases.mjs`, `${folder}/cases.mjs`);
  const { code } = await new Deno.Command(find("node", "TSETSEN_NODE"), {
    args: ["--test", "--test-reporter=spec", `${folder}/cases.mjs`],
    cwd: folder,
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  Deno.exitCode = code;
} finally {
  await Deno.remove(folder, { recursive: true });
}
