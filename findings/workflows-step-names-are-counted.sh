#!/usr/bin/env bash
# Cloudflare Workflows run two steps of one name twice, and a step's error keeps neither name nor fields
#
# Guess:   A second step.do of a name that has run returns the stored result: the documentation calls the name the cache key. An error
#          that a step throws keeps its name and its own fields as far as JSON can carry them.
# Came:    Both steps run: the engine counts the uses of a name, and the key is name and count. Of an error only the message stays, with the name put before it; the name becomes "Error".
# With:    miniflare 4.20260426.0 (workerd's local engine), compatibility date 2026-05-01, run on 2026-11-27.
# Matters: One name for each part does not make a purchase happen once: a second step of that name buys again. An error of an SDK loses its code and the id of the paid job at the
#          border of the step: what is caught outside must have been returned as a value.
set -euo pipefail
dir=$(mktemp -d)
trap 'chmod -R u+w "$dir" && rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-package-lock --no-audit --no-fund miniflare@4.20260426.0 2>/dev/null
cat >run.mjs <<'JS'
import { Miniflare } from "miniflare";
const script = `
import { WorkflowEntrypoint } from "cloudflare:workers";
class JobError extends Error {
  name = "JobError";
  requestId = "job-1";
}
export class Speech extends WorkflowEntrypoint {
  async run(event, step) {
    let runs = 0;
    const results = [];
    for (const part of ["first", "second"]) {
      results.push(await step.do("buy", async () => { runs++; return part; }));
    }
    try {
      await step.do("fail", { retries: { limit: 0, delay: 1 } }, async () => { throw new JobError("no voice"); });
    } catch (error) {
      results.push([error.name, error.message, error.requestId ?? "no request id"]);
    }
    return { runs, results };
  }
}
export default {
  async fetch({ url }, { SPEECH }) {
    if (url.endsWith("/start")) return Response.json((await SPEECH.create({ id: "book" })).id);
    return Response.json(await (await SPEECH.get("book")).status());
  },
};`;
const miniflare = new Miniflare({
  modules: true,
  script,
  compatibilityDate: "2026-05-01",
  workflows: { SPEECH: { name: "speech", className: "Speech" } },
});
const ask = async (path) => (await miniflare.dispatchFetch(`http://localhost/${path}`)).json();
await ask("start");
let status;
do {
  await new Promise((resolve) => setTimeout(resolve, 200));
  status = await ask("status");
} while (!["complete", "errored"].includes(status.status));
console.log(JSON.stringify(status.output));
await miniflare.dispose();
JS
timeout 120 node run.mjs 2>/dev/null | tee seen
diff - seen <<'WANT'
{"runs":2,"results":["first","second",["Error","JobError: no voice","no request id"]]}
WANT
