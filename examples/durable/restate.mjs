// @ts-check
// Restate; Node.js 22 or newer: a service that Restate's server calls. Register it once: curl localhost:9070/deployments -H 'content-type: application/json'
// -d '{"uri": "http://127.0.0.1:9080"}'; then POST to localhost:8080/narration/ID/run starts a narration, and gives its result.

import { createServer } from "node:http2";
import process from "node:process";
import * as restate from "@restatedev/restate-sdk";
import { Client } from "@tsetsen/sdk";
import { fileStore } from "@tsetsen/sdk/narration/file";
import { narrateOnce } from "./step.mjs";

const { PORT = "9080", FOLDER = "." } = process.env;
const client = new Client();
// Fenced like the others, for processes that share the folder; give the store of a bucket or a database to more machines.
const store = fileStore(`${FOLDER}/store`);

const narration = restate.workflow({
  name: "narration",
  // A narration is silent while it waits for its jobs. Without these the server takes the step for dead and calls it again.
  options: { inactivityTimeout: { hours: 12 }, abortTimeout: { hours: 1 } },
  handlers: {
    run: async (ctx, order) => {
      const signal = ctx.request().attemptCompletedSignal;
      // No limit of attempts: only the process's end and the signal make the server call it again.
      return await ctx.run(
        "narrate",
        () => narrateOnce(ctx.key, order, { client, store, folder: FOLDER, signal }),
      );
    },
  },
});

const server = createServer(restate.createEndpointHandler({ services: [narration] }));
// For a server on this machine. Elsewhere give `identityKeys`, too: who can reach the port can narrate.
server.listen(Number(PORT), "127.0.0.1", () => console.log("ready"));
