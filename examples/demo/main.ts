/**
 * From a text to its audio: voices, balance, a long job with its progress, the download, and a live stream.
 *
 * Without `TSETSEN_API_KEY` the demo starts an emulator on this machine; with it, it calls the real service, which takes
 * credits. It writes `speech.wav` and `stream.wav` into the working folder, and replaces files with `--force` only.
 *
 * @module
 */

import { Client, encodeWav, Gender, RequestStatus, TsetsenError, type Voice } from "@tsetsen/sdk";
import { startEmulator } from "@tsetsen/sdk/emulator";
import { EXTENSIONS, nameOf, playingTime } from "./audio_file.ts";
import { bytes, count, liveLine, seconds } from "./terminal.ts";

/** Whether existing files may be replaced. */
const isForced = Deno.args.includes("--force");

try {
  await main();
} catch (error) {
  if (!(error instanceof TsetsenError)) throw error;
  console.error(`\n${error.name}: ${error.message}`);
  if (error.charged) console.error(`Charged: ${error.charged}`);
  Deno.exitCode = 1;
}

async function main(): Promise<void> {
  const taken = isForced ? undefined : await existingFile();
  if (taken !== undefined) {
    console.error(`${taken} exists already: run the demo in another folder, or add --force.`);
    Deno.exitCode = 1;
    return;
  }
  const declaration = await Deno.readTextFile(new URL("udhr-mn.txt", import.meta.url));
  const [, article = ""] = /^Нэгдүгээр зүйл\s+(.+)$/m.exec(declaration) ?? [];

  await using emulator = Deno.env.get("TSETSEN_API_KEY")
    ? undefined
    : await startEmulator({ queueTime: 500, pace: 0.35, streamPace: 20 });
  using client = emulator
    // `secure: false` allows plaintext http, which nobody else can read on this machine.
    ? new Client({ apiKey: emulator.apiKey, endpoint: emulator.url, secure: false })
    : new Client();

  if (emulator) {
    console.log(`Service: an emulator at ${emulator.url}, started for this demo.`);
    console.log("         Its audio is a placeholder, one tone for each syllable: no real voice.");
    console.log("         Set TSETSEN_API_KEY to hear the real service. That costs credits.");
  } else {
    console.log("Service: the real one, because TSETSEN_API_KEY is set. This costs credits.");
  }

  const voice = await pickVoice(client, "beta-v0.1");
  const streamVoice = await pickVoice(client, "beta-v0.2");
  const { credits } = await client.getUserBalance();
  console.log(`\nBalance: ${count(credits)} credits`);

  await generate(client, declaration, voice);
  await stream(client, article, streamVoice);

  const { credits: left } = await client.getUserBalance();
  console.log(`\nCredits spent: ${count(credits - left)} (${count(credits)} → ${count(left)})`);
}

async function pickVoice(client: Client, version: string): Promise<Voice> {
  const { voices } = await client.listVoices({ version });
  console.log(`\nVoices of ${version}`);
  for (const { id, name, gender, language } of voices) {
    console.log(`  ${id.padEnd(20)} ${name} (${Gender[gender] ?? gender}, ${language})`);
  }
  const [first] = voices;
  if (first === undefined) throw new Error(`The service lists no voice of ${version}`);
  return first;
}

async function generate(client: Client, text: string, voice: Voice): Promise<void> {
  console.log(
    `\nA long text: the Universal Declaration of Human Rights, ${count(text.length)} characters`,
  );
  const job = await client.submit({ text, voiceId: voice.id });
  console.log(`  Job ${job.requestId}, spoken by ${voice.name}`);

  const line = liveLine();
  for await (
    const { status, changed, elapsed, attempt } of job.watch({
      timeout: 15 * 60_000,
      pollInterval: 300,
    })
  ) {
    const name = RequestStatus[status] ?? `status ${status}`;
    line.show(`  ${seconds(elapsed / 1000).padStart(7)}  ${name} (poll ${attempt})`, changed);
  }
  line.end();

  // Rejects with a JobFailedError when the job FAILED.
  const audio = await (await job.audio()).bytes();
  const metrics = job.response?.metrics ?? {};
  await save(nameOf("speech", audio), audio, playingTime(audio) ?? metrics.audioLength);
  console.log(
    `  Metrics: queued ${count(metrics.queueTime)} ms, synthesised in ` +
      `${count(metrics.processingTime)} ms, ${count(metrics.totalTime)} ms in all;\n` +
      `           ${seconds(metrics.audioLength)} of audio, ${count(metrics.characterCount)} ` +
      `characters, ${count(metrics.creditsUsed)} credits`,
  );
}

async function stream(client: Client, text: string, voice: Voice): Promise<void> {
  console.log(`\nA live stream: its first article, ${count(text.length)} characters`);
  const start = performance.now();
  const line = liveLine();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of client.streamSpeech({ text, voiceId: voice.id })) {
    chunks.push(chunk);
    size += chunk.length;
    const at = seconds((performance.now() - start) / 1000);
    line.show(`  ${at.padStart(7)}  ${bytes(size)} received`, chunks.length === 1);
  }
  line.end();
  const wav = encodeWav(chunks);
  await save("stream.wav", wav, playingTime(wav));
}

/** The first file of this folder that the demo would replace. */
async function existingFile(): Promise<string | undefined> {
  for (const stem of ["speech", "stream"]) {
    for (const extension of EXTENSIONS) {
      const name = `${stem}.${extension}`;
      if (await Deno.lstat(name).then(() => true, () => false)) return name;
    }
  }
  return undefined;
}

async function save(name: string, audio: Uint8Array, length: number | undefined): Promise<void> {
  await Deno.writeFile(name, audio, { createNew: !isForced });
  console.log(`  Wrote ${name}: ${bytes(audio.length)}, ${seconds(length)} of audio`);
}
