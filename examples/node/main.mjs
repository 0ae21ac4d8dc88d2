// @ts-check
// Speech from a text, on Node.js 20 or newer: node main.mjs "Сайн байна уу?"
// The key comes from TSETSEN_API_KEY. Without one: deno task emulate, and set TSETSEN_API_ENDPOINT to what it prints.

import process from "node:process";
import { Client, Gender, RequestStatus, TsetsenError } from "@tsetsen/sdk";
import { saveAudio } from "@tsetsen/sdk/file";

const [text = "Сайн байна уу? Намайг Цэцэн гэдэг."] = process.argv.slice(2);

async function main() {
  // Plaintext is for the emulator, on this very machine.
  const local = process.env["TSETSEN_API_ENDPOINT"]?.startsWith("http://127.0.0.1:");
  const client = new Client({ secure: !local });
  try {
    const { voices } = await client.listVoices();
    for (const { id, name, gender } of voices) console.log(`${id}  ${name}  ${Gender[gender]}`);
    const [voice] = voices;
    if (voice === undefined) throw new TsetsenError("The service has no voice.");

    const job = await client.submit({ text, voiceId: voice.id });
    console.log(`Job ${job.requestId}`); // client.job(id) takes it up again, should this program end here
    for await (const { status, changed, elapsed } of job.watch({ timeout: 120_000 })) {
      if (changed) {
        console.log(`${RequestStatus[status] ?? status} after ${Math.round(elapsed)} ms`);
      }
    }

    const audio = await (await job.audio()).bytes(); // throws a JobFailedError when the job FAILED
    // The format is not documented: the first bytes tell.
    const name = new TextDecoder().decode(audio.subarray(0, 4)) === "RIFF"
      ? "speech.wav"
      : "speech.bin";
    const { path } = await saveAudio(name, audio, { overwrite: true });
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
