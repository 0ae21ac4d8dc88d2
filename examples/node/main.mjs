// @ts-check
// Speech from a text, on Node.js 20 or newer: node main.mjs "Сайн байна уу?" (once before: node ../install.mjs)
// The key comes from TSETSEN_API_KEY. Without one: deno task emulate, and export the two lines that it prints.

import process from "node:process";
import { Client, Gender, RequestStatus, TsetsenError } from "@tsetsen/sdk";
import { saveAudio } from "@tsetsen/sdk/file";

const [text = "Сайн байна уу? Намайг Цэцэн гэдэг."] = process.argv.slice(2);
// A new name for each run: what was paid for stays.
const file = `speech-${Date.now()}.wav`;

async function main() {
  const client = new Client();
  try {
    const { voices } = await client.listVoices();
    for (const { id, name, gender } of voices) console.log(`${id}  ${name}  ${Gender[gender]}`);
    const [voice] = voices;
    if (voice === undefined) throw new TsetsenError("The service has no voice.");

    const job = await client.submit({ text, voiceId: voice.id });
    console.log(`Job ${job.requestId}`); // client.job(id) follows it again, should this program end here
    for await (const { status, changed, elapsed } of job.watch({ timeout: 120_000 })) {
      if (changed) {
        console.log(`${RequestStatus[status] ?? status} after ${Math.round(elapsed)} ms`);
      }
    }

    const audio = await job.audio(); // throws a JobFailedError when the job FAILED
    const { path } = await saveAudio(file, audio); // never writes over a file
    console.log(`${path}: ${job.response?.metrics?.audioLength} s, ${job.creditsUsed} credits`);
  } finally {
    client.close(); // `using` does this from Node 24 on
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof TsetsenError)) throw error;
  console.error(`${error.name}: ${error.message}`);
  if (error.charged === "unknown") console.error("Look at your balance before you try again.");
  process.exitCode = 1;
}
