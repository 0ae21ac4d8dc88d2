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
  SAMPLE_RATE,
  TsetsenError,
} from "@tsetsen/sdk/lean";
import { play, type Playback } from "@tsetsen/sdk/player";
import * as view from "./view.ts";
import { Waveform } from "./waveform.ts";

const client = new Client({
  apiKey: null,
  endpoint: new URL("tts", location.href).href,
  secure: location.protocol === "https:",
});
const version = "beta-v0.2"; // the one that can stream
const waveform = new Waveform(view.waveform);
let running: AbortController | undefined;
let playback: Playback | undefined;
/** What has come, as it came. */
let chunks: Uint8Array<ArrayBuffer>[] = [];
let frame = 0;

view.onSpeak(() => run(speakLive));
view.onSubmit(() => run(submitAndFollow));
view.onStop(stop);
view.onReplay(() => {
  sound(chunks);
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

type Request = { text: string; voiceId: string };
type Audio = AsyncIterable<Uint8Array>;
/** Buys audio. `words` says at the end how it went. */
type Work = (request: Request, signal: AbortSignal) => { audio: Audio; words: () => string };

/** Does one thing at a time: pressing twice does not pay twice. */
async function run(work: Work): Promise<void> {
  if (running !== undefined) return;
  running = new AbortController();
  const { signal } = running;
  chunks = [];
  waveform.clear();
  view.begin();
  try {
    const { audio, words } = work(view.request(), signal);
    const isComplete = Promise.withResolvers<void>();
    // Before anything is awaited: the browser wants to see the key press behind it.
    sound(kept(audio, isComplete));
    follow();
    await isComplete.promise;
    signal.throwIfAborted();
    view.say(words());
  } catch (error) {
    view.say(signal.aborted ? explainStop(error) : explain(error));
  } finally {
    running = undefined;
    draw();
    waveform.end();
    view.end(seconds() > 0);
    follow();
  }
}

/** Plays audio instead of what was played before. */
function sound(audio: Audio | Iterable<Uint8Array>): void {
  playback?.stop();
  playback = play(audio);
  // A failure of the audio is told by the one who buys it, one of the browser here.
  playback.ended.catch((error) => error instanceof DOMException && view.say(explain(error)));
}

/** The same audio, which is kept for the download and for playing it again. */
async function* kept(
  audio: Audio,
  isComplete: PromiseWithResolvers<void>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  try {
    for await (const chunk of audio) {
      chunks.push(chunk as Uint8Array<ArrayBuffer>);
      yield chunk as Uint8Array<ArrayBuffer>;
    }
  } catch (error) {
    isComplete.reject(error);
    throw error;
  } finally {
    // After a stop, too, when nobody reads on.
    isComplete.resolve();
  }
}

function speakLive(request: Request, signal: AbortSignal): ReturnType<Work> {
  view.say("Waiting for the first audio…");
  const begin = performance.now();
  let first: number | undefined;
  async function* speech() {
    try {
      // No retries: a visitor would rather be told to wait than wait without knowing.
      for await (
        const pcm of client.streamSpeech({ ...request, version }, { signal, maxRetries: 0 })
      ) {
        if (first === undefined) view.say("Speaking…");
        first ??= performance.now() - begin;
        yield pcm;
      }
    } finally {
      // What came before a stop or a failure is paid for, too.
      if (chunks.length > 0) view.offer(encodeWav(chunks));
    }
  }
  const words = () =>
    `Synthesised ${seconds().toFixed(1)} s of audio in ` +
    `${((performance.now() - begin) / 1000).toFixed(1)} s, ` +
    `the first of it after ${Math.round(first ?? 0)} ms.`;
  return { audio: speech(), words };
}

function submitAndFollow(request: Request, signal: AbortSignal): ReturnType<Work> {
  view.say("Submitting…");
  let creditsUsed: number | undefined;
  async function* speech() {
    const job = await client.submit({ ...request, version }, { signal, maxRetries: 0 });
    view.addUpdate(`Accepted as ${job.requestId}`);
    view.say("Accepted. The job goes on at the service, whatever happens here.");
    for await (const { status, changed, elapsed } of job.watch({ signal, pollInterval: 300 })) {
      if (changed) view.addUpdate(`${RequestStatus[status] ?? status}, ${Math.round(elapsed)} ms`);
    }
    creditsUsed = job.creditsUsed;
    yield* await job.audio({ signal });
    view.offer(new Uint8Array(await new Blob(chunks).arrayBuffer()));
  }
  const words = () => `Done: ${seconds().toFixed(1)} s of audio, ${creditsUsed ?? "?"} credits.`;
  return { audio: speech(), words };
}

/** Ends the synthesis at the service, and the sound. */
function stop(): void {
  running?.abort();
  playback?.stop();
}

/** How much audio has come, in seconds. */
function seconds(): number {
  return (playback?.length ?? 0) / SAMPLE_RATE;
}

/** Draws what has come since. */
function draw(): void {
  if (playback !== undefined) waveform.push(playback.samples(waveform.samples));
}

/** Moves the cursor along with the sound until it ends. */
function follow(): void {
  cancelAnimationFrame(frame);
  draw();
  const heard = (playback?.position ?? 0) / SAMPLE_RATE;
  waveform.showPosition(heard);
  view.showTime(heard, seconds());
  const goesOn = running !== undefined || playback?.state === "playing";
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
  return `Stopped after ${seconds().toFixed(1)} s of audio had come.`;
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
