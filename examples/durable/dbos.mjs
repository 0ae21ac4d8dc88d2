// @ts-check
// DBOS on PostgreSQL.
//   node dbos.mjs            goes on with what was interrupted, and waits
//   node dbos.mjs ID TEXT    narrates TEXT under the id, and prints the result

import process from "node:process";
import { DBOS } from "@dbos-inc/dbos-sdk";
import { Client } from "@tsetsen/sdk";
import pg from "pg";
import { postgresStore } from "./postgres_store.mjs";
import { narrateOnce } from "./step.mjs";

const { DATABASE_URL = "", FOLDER = ".", VOICE = "emulator-v1-bold" } = process.env;
const client = new Client();
const pool = new pg.Pool({ connectionString: DATABASE_URL });
const store = await postgresStore(pool);

async function narration(order) {
  const id = DBOS.workflowID ?? "";
  return await DBOS.runStep(() => {
    const signal = DBOS.stepStatus?.cancelSignal;
    return narrateOnce(id, order, { client, store, folder: FOLDER, signal });
  }, { name: "narrate", retriesAllowed: false });
}

const narrationWorkflow = DBOS.registerWorkflow(narration, { name: "narration" });
DBOS.setConfig({
  name: "narrations",
  systemDatabaseUrl: DATABASE_URL,
  // Each process that launches starts the unfinished workflows of its executor and version again.
  applicationVersion: "1",
  logLevel: "error",
});
await DBOS.launch();
console.log("ready");

const [id, text] = process.argv.slice(2);
if (id !== undefined) {
  // A workflow that is there under the id is not started again.
  const order = { text: text ?? "", voiceId: VOICE };
  const handle = await DBOS.startWorkflow(narrationWorkflow, { workflowID: id })(order);
  console.log(JSON.stringify(await handle.getResult()));
  await DBOS.shutdown();
  await pool.end();
  client.close();
}
