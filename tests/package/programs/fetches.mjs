// The calls of a client over the `fetch` of each package; prints what came of each.
// Usage: fetches <endpoint>

import { Client, interruptedJobs } from "@tsetsen/sdk";
import { Client as LeanClient } from "@tsetsen/sdk/lean";

const [endpoint] = process.argv.slice(2);

// Only the folder of the test has these packages.
const load = (name) => import(name);
const { default: crossFetch } = await load("cross-fetch");
const { default: makeFetchHappen } = await load("make-fetch-happen");
const { default: nodeFetch } = await load("node-fetch");
const { fetch: undiciFetch } = await load("undici");

/** A `fetch` without streams, as that of React Native is. */
async function inOnePiece(...args) {
  const response = await fetch(...args);
  const { ok, status, type, redirected, url, headers } = response;
  const body = await response.arrayBuffer();
  return { ok, status, type, redirected, url, headers, arrayBuffer: () => Promise.resolve(body) };
}

const FETCHES = {
  nodeFetch,
  crossFetch,
  makeFetchHappen,
  undiciFetch,
  inOnePiece,
  // No option, but the global `fetch`, as polyfills set it.
  asGlobal: undefined,
};
const text = "Сайн байна уу?";

for (const [name, fetch] of Object.entries(FETCHES)) {
  if (fetch === undefined) globalThis.fetch = crossFetch;
  for (const Class of [Client, LeanClient]) {
    const client = new Class({
      apiKey: "tsetsen-development-emulator",
      endpoint,
      fetch,
      maxRetries: 0,
    });
    const told = ({ name, charged }) => [name, charged];
    const fault = (kind) => ({ headers: { "x-fault": kind } });
    const request = { text, voiceId: "emulator-v1-bold" };
    const job = await client.submit(request);
    const audio = await job.audio();
    const wav = await audio.wav();
    const speech = { text, voiceId: "emulator-v2-bold" };
    const pcm = await client.streamSpeech(speech).bytes();
    let left = 0;
    for await (const chunk of client.streamSpeech(speech)) {
      left = chunk.length;
      break;
    }
    const result = {
      credits: typeof (await client.getUserBalance()).credits,
      id: job.requestId === audio.requestId,
      plain: [wav, pcm].every((bytes) => Object.getPrototypeOf(bytes) === Uint8Array.prototype),
      wav: wav.length,
      pcm: pcm.length,
      left: left > 0,
    };
    for (const kind of ["html", "redirect", "drop"]) {
      result[kind] = await client.generateSpeech(request, fault(kind)).then(String, told);
    }
    // Without streams nothing is given before all has come.
    const silence = fetch === inOnePiece ? {} : fault("hang");
    const controller = new AbortController();
    const { signal } = controller;
    const onProgress = () => controller.abort(new Error("enough"));
    result.aborted = await client.streamSpeech(speech, { ...silence, signal, onProgress }).bytes()
      .then(String, (reason) => [reason.message, interruptedJobs(reason)[0]?.charged]);
    client.close();
    console.log(JSON.stringify({ fetch: name, lean: Class === LeanClient, ...result }));
  }
}
// node-fetch 2 keeps the connection of an answer that was not read to its end, until the server closes it.
process.exit();
