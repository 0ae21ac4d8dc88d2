// @ts-check
// BullMQ on Redis.
//   node bullmq.mjs            works
//   node bullmq.mjs ID TEXT    narrates TEXT under the id, and prints the result

import process from "node:process";
import { Client } from "@tsetsen/sdk";
import { Queue, QueueEvents, Worker } from "bullmq";
import { Redis } from "ioredis";
import { redisStore } from "./redis_store.mjs";
import { narrateOnce } from "./step.mjs";

const { REDIS_PORT = "6379", FOLDER = ".", VOICE = "emulator-v1-bold" } = process.env;
const QUEUE = "narrations";
const connection = { host: "127.0.0.1", port: Number(REDIS_PORT), maxRetriesPerRequest: null };

const [id, text] = process.argv.slice(2);
if (id === undefined) {
  const client = new Client();
  const store = redisStore(new Redis(connection));
  const worker = new Worker(
    QUEUE,
    (job, _token, signal) =>
      narrateOnce(`${job.id}`, job.data, { client, store, folder: FOLDER, signal }),
    // A worker that was killed is missed after these times. Its job is given to another, whatever `attempts` says.
    { connection, lockDuration: 5_000, stalledInterval: 2_000, maxStalledCount: 10 },
  );
  worker.on("error", (error) => console.error(error.message));
  await worker.waitUntilReady();
  console.log("ready");
} else {
  const queue = new Queue(QUEUE, { connection });
  const events = new QueueEvents(QUEUE, { connection });
  await events.waitUntilReady();
  // A job that is there under the id is not added again. Failures are results, so there is nothing to attempt again.
  const job = await queue.add("narrate", { text, voiceId: VOICE }, { jobId: id, attempts: 1 });
  console.log("ready");
  console.log(JSON.stringify(await job.waitUntilFinished(events)));
  await events.close();
  await queue.close();
}
