// @ts-check
// pg-boss on PostgreSQL; Node.js 22.12 or newer.
//   node pg_boss.mjs            works
//   node pg_boss.mjs ID TEXT    narrates TEXT under the id, a UUID, and prints the result

import process from "node:process";
import { Client } from "@tsetsen/sdk";
import pg from "pg";
import { PgBoss } from "pg-boss";
import { postgresStore } from "./postgres_store.mjs";
import { narrateOnce } from "./step.mjs";

const { DATABASE_URL = "", FOLDER = ".", VOICE = "emulator-v1-bold" } = process.env;
const QUEUE = "narrations";

const boss = new PgBoss({
  connectionString: DATABASE_URL,
  superviseIntervalSeconds: 1,
  monitorIntervalSeconds: 1,
});
boss.on("error", (error) => console.error(error.message));
await boss.start();
await boss.createQueue(QUEUE, {
  // Longer than any narration: pg-boss gives a job that outlasts it to a second worker, and fails what the first has done.
  expireInSeconds: 12 * 3_600,
  // A worker that was killed is missed after this time.
  heartbeatSeconds: 10,
  // For a worker that was killed. The step itself never throws but for the signal.
  retryLimit: 10,
  retryDelay: 1,
});
console.log("ready");

const [id, text] = process.argv.slice(2);
if (id === undefined) {
  const client = new Client();
  const store = await postgresStore(new pg.Pool({ connectionString: DATABASE_URL }));
  await boss.work(QUEUE, { batchSize: 1, pollingIntervalSeconds: 0.5 }, ([job]) => {
    const { id, data, signal } = job;
    return narrateOnce(id, data, { client, store, folder: FOLDER, signal });
  });
} else {
  // A job that is there under the id is not sent again.
  await boss.send(QUEUE, { text, voiceId: VOICE }, { id });
  for (;;) {
    const job = await boss.getJobById(QUEUE, id);
    if (job?.state === "completed" || job?.state === "failed") {
      console.log(JSON.stringify(job.state === "completed" ? job.output : { outcome: job.state }));
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  await boss.stop();
}
