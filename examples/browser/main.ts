/**
 * The page: speaks a text live, or submits it as a job and follows it. It has no key: the server adds it.
 *
 * @module
 */

import {
  Client,
  encodeWav,
  interruptedJobs,
  RateLimitExceededError,
  RequestStatus,
  TsetsenError,
} from "@tsetsen/sdk/lean";
import { Player, toFloats } from "./player.ts";
import * as view from "./view.ts";
import { Waveform } from "./waveform.ts";

const client = new Client({
  apiKey: null,
  endpoint: new URL("tts", location.href).href,
  secure: location.protocol === "https:",
});
const version = "beta-v0.2"; // the one that can stream
const player = new Player();
const waveform = new Waveform(view.waveform);
let running: AbortController | undefined;
let frame = 0;

view.onSpeak(() => run(speakLive));
view.onSubmit(() => run(submitAndFollow));
view.onStop(stop);
view.onReplay(() => {
  player.replay();
  follow();
});
await loadVoices();

async function loadVoices(): Promise<void> {
  try {
    const { voices } = await client.listVoices({ version });
    view.showVoices(voices);
    view.say("Ready.");
  } catch (error) {
    view.say(explain(error));
  }
}

type Work = (request: { text: string; voiceId: string }, signal: AbortSignal) => Promise<string>;

/** Does one thing at a time: pressing twice does not pay twice. */
async function run(work: Work): Promise<void> {
  if (running !== undefined) return;
  running = new AbortController();
  const { signal } = running;
  player.clear();
  waveform.clear();
  view.begin();
  try {
    // Before anything else is awaited: the browser wants to see the key press behind it.
    await player.unlock();
    view.say(await work(view.request(), signal));
  } catch (error) {
    view.say(signal.aborted ? explainStop(error) : explain(error));
  } finally {
    running = undefined;
    waveform.end();
    view.end(player.duration > 0);
    follow();
  }
}

async function speakLive(
  request: { text: string; voiceId: string },
  signal: AbortSignal,
): Promise<string> {
  view.say("Waiting for the first audio…");
  const chunks: Uint8Array[] = [];
  const begin = performance.now();
  let first: number | undefined;
  try {
    // No retries: a visitor would rather be told to wait than wait without knowing.
    for await (
      const pcm of client.streamSpeech({ ...request, version }, { signal, maxRetries: 0 })
    ) {
      if (first === undefined) {
        first = performance.now() - begin;
        view.say("Speaking…");
        follow();
      }
      chunks.push(pcm);
      const samples = toFloats(pcm);
      player.push(samples);
      waveform.push(samples);
    }
  } finally {
    // What came before a stop or a failure is paid for, too.
    if (chunks.length > 0) view.offer(encodeWav(chunks));
  }
  const seconds = (performance.now() - begin) / 1000;
  return `Synthesised ${player.duration.toFixed(1)} s of audio in ${seconds.toFixed(1)} s, ` +
    `the first of it after ${Math.round(first ?? 0)} ms.`;
}

async function submitAndFollow(
  request: { text: string; voiceId: string },
  signal: AbortSignal,
): Promise<string> {
  view.say("Submitting…");
  const job = await client.submit({ ...request, version }, { signal, maxRetries: 0 });
  view.addUpdate(`Accepted as ${job.requestId}`);
  view.say("Accepted. The job goes on at the service, whatever happens here.");
  for await (const { status, changed, elapsed } of job.watch({ signal, pollInterval: 300 })) {
    if (changed) view.addUpdate(`${RequestStatus[status] ?? status}, ${Math.round(elapsed)} ms`);
  }
  const audio = await (await job.audio({ signal })).bytes();
  view.offer(audio);
  // The format of finished audio is not documented: the browser looks at its content.
  const decoded = await player.context.decodeAudioData(audio.slice().buffer);
  const samples = decoded.getChannelData(0);
  player.push(samples);
  waveform.push(samples);
  follow();
  return `Done: ${player.duration.toFixed(1)} s of audio, ${job.creditsUsed ?? "?"} credits.`;
}

/** Ends the synthesis at the service, and the sound. */
function stop(): void {
  running?.abort();
  player.stop();
}

/** Moves the cursor along with the sound until it ends. */
function follow(): void {
  cancelAnimationFrame(frame);
  waveform.showPosition(player.position);
  view.showTime(player.position, player.duration);
  const goesOn = running !== undefined || player.playing;
  view.showStop(goesOn);
  if (goesOn) frame = requestAnimationFrame(follow);
}

function explainStop(error: unknown): string {
  const [job] = interruptedJobs(error);
  if (job?.requestId !== undefined) {
    return "Stopped following. The job goes on at the service, and is paid for.";
  }
  if (job?.charged === "unknown") {
    return "Stopped before anything came. It may have been charged all the same.";
  }
  return `Stopped after ${player.duration.toFixed(1)} s of audio had come.`;
}

function explain(error: unknown): string {
  if (error instanceof RateLimitExceededError && error.retryAfter !== undefined) {
    return `Too many requests: try again in ${Math.ceil(error.retryAfter / 1000)} s.`;
  }
  if (error instanceof DOMException) return "This browser cannot play that audio. Download it.";
  if (!(error instanceof TsetsenError)) throw error;
  const paid = error.charged === "unknown" ? " It may have been charged all the same." : "";
  return `That did not work: ${error.rawMessage}${paid}`;
}
