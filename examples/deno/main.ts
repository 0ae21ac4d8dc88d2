// Speech from a text, on Deno: deno run -A main.ts "Сайн байна уу?"
// The key comes from TSETSEN_API_KEY. Without one: deno task emulate, and set TSETSEN_API_ENDPOINT to what it prints.

import { Client, Gender, RequestStatus, TsetsenError } from "@tsetsen/sdk";
import { saveAudio } from "@tsetsen/sdk/file";

const [text = "Сайн байна уу? Намайг Цэцэн гэдэг."] = Deno.args;

async function main(): Promise<void> {
  // Plaintext is for the emulator, on this very machine.
  const local = Deno.env.get("TSETSEN_API_ENDPOINT")?.startsWith("http://127.0.0.1:");
  using client = new Client({ secure: !local });

  const { voices } = await client.listVoices();
  for (const { id, name, gender } of voices) console.log(`${id}  ${name}  ${Gender[gender]}`);
  const [voice] = voices;
  if (voice === undefined) throw new TsetsenError("The service has no voice.");

  const job = await client.submit({ text, voiceId: voice.id });
  console.log(`Job ${job.requestId}`); // client.job(id) takes it up again, should this program end here
  for await (const { status, changed, elapsed } of job.watch({ timeout: 120_000 })) {
    if (changed) console.log(`${RequestStatus[status] ?? status} after ${Math.round(elapsed)} ms`);
  }

  const audio = await (await job.audio()).bytes(); // throws a JobFailedError when the job FAILED
  // The format is not documented: the first bytes tell.
  const isWav = new TextDecoder().decode(audio.subarray(0, 4)) === "RIFF";
  const { path } = await saveAudio(isWav ? "speech.wav" : "speech.bin", audio, { overwrite: true });
  console.log(`${path}: ${job.response?.metrics?.audioLength} s, ${job.creditsUsed} credits`);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof TsetsenError)) throw error;
  console.error(`${error.name}: ${error.message}`);
  if (error.charged === "unknown") console.error("Look at your balance before you try again.");
  Deno.exitCode = 1;
}
